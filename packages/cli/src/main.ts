import { Command, CommanderError } from 'commander';
import { inspect, synth, type SynthFlags } from './commands/data.js';
import { doctor } from './commands/doctor.js';
import { evaluate, type EvaluateFlags } from './commands/evaluate.js';
import { evaluateFeatureSets, type EvaluateFeaturesFlags } from './commands/features.js';
import { pretrain, pretrainHelp, type PretrainFlags } from './commands/features-pretrain.js';
import { recommend, type RecommendFlags } from './commands/recommend.js';
import { reproduce, type ReproduceFlags } from './commands/reproduce.js';
import { train, type TrainFlags } from './commands/train.js';
import { findModel, models } from './models.js';
import { describePresets } from './presets/describe-presets.js';
import { describeSettings } from './settings.js';
import type { Streams } from './streams.js';
import { UsageError } from './usage-error.js';
import { packageVersions } from './versions.js';

const collect = (value: string, previous: string[] = []) => [...previous, value];
const list = (value: string, previous: string[] = []) => [...previous, ...value.split(',')];

/**
 * Runs the `mmrec` command.
 *
 * @param args - Arguments after the command's name.
 * @returns The exit code: 0, 1 for a failure, 2 for wrong use. Errors go to `stderr` in one or two lines,
 *   with a stack trace only under `--verbose`.
 * @example
 * ```ts
 * await main(['data', 'inspect', 'no-such-folder'], { stdout: process.stdout, stderr: { write: () => true } }) // => 1
 * ```
 */
export async function main(args: readonly string[], streams: Streams = process): Promise<number> {
  const program = createProgram(streams);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { message, stack } = error as Error;
    streams.stderr.write(`mmrec: ${args.includes('--verbose') ? stack : message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

const verbose = ['--verbose', 'show stack traces of errors'] as const;
const backend = ['--backend <name>', 'auto, tensorflow, wasm or cpu (default: auto)'] as const;

function createProgram(streams: Streams): Command {
  const program = new Command('mmrec')
    .description('Multimodal recommendation: train, evaluate, recommend.')
    .version(packageVersions()['@mmrec/cli']!, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    })
    .showSuggestionAfterError();
  program
    .command('train <model>')
    .description(`train a model: ${Object.keys(models).join(', ')}`)
    .option('--data <dir>', 'dataset folder')
    .option('--out <run>', 'folder for the run (default: runs/<dataset>-<model>-seed<n>-<time>)')
    .option('--config <file>', 'YAML or JSON file of options; the command line goes before it')
    .option('--preset <name>', "a paper's settings for a data set; all other flags go before them")
    .option('--any-dataset', 'use the preset on a dataset that is not its own')
    .option('--set <key=value>', 'set an option; may be repeated', collect)
    .option('--modalities <a,b>', 'modalities to use (default: all in the folder)')
    .option('--epochs <n>', 'largest number of epochs')
    .option('--seed <n>', 'seed of all random numbers (default: 1)')
    .option(...backend)
    .option('--threads <n>', 'threads to compute on (default: the cores of the machine)')
    .option('--protocol <name>', 'mmrec or lattice (default: mmrec)')
    .option('--metric <metric@k>', 'validation metric that chooses the epoch (default: recall@20)')
    .option(
      '--init <run>',
      'start from an earlier run: known users and items keep their embeddings',
    )
    .option('--force', 'replace a run that is in the folder')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .addHelpText('after', ({ command }) => settingsHelp(command.args[0]))
    .action((model: string, flags: TrainFlags) => train(model, flags, streams));

  addReproduce(program, streams);
  program
    .command('evaluate <run>')
    .description("a run's metrics on one split")
    .option('--split <name>', 'test, validation or train (default: test)')
    .option('-k, --k <list>', 'lengths of the lists (default: 10,20)')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option(...backend)
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((run: string, flags: EvaluateFlags) => evaluate(run, flags, streams));

  program
    .command('recommend <run>')
    .description('the best items for some users')
    .option('--user <id>', 'user id; may be repeated or a comma-separated list', list)
    .option('-k, --k <n>', 'items a user (default: 10)')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option(...backend)
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((run: string, flags: RecommendFlags) => recommend(run, flags, streams));

  const data = program.command('data').description('look at data, or make some');
  data
    .command('inspect <dir>')
    .description('what is in a dataset folder')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((folder: string, flags: { json?: boolean }) => inspect(folder, flags, streams));
  data
    .command('synth')
    .description('write the synthetic demonstration data')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--seed <n>', 'seed (default: 1)')
    .option('--users <n>', 'users (default: 3000)')
    .option('--items <n>', 'items (default: 2000)')
    .option('--images', 'draw pictures, with texts that fit them (needs the package sharp)')
    .option('--force', 'replace a dataset that is in the folder')
    .option(...verbose)
    .action((flags: SynthFlags) => synth(flags, streams));

  addFeatures(program, streams);
  program
    .command('doctor')
    .description('which back ends work here, and how fast they are')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((flags: { json?: boolean }) => doctor(flags, streams));
  return program;
}

function addReproduce(program: Command, streams: Streams): void {
  program
    .command('reproduce')
    .description('run presets, and print our figures beside the published ones')
    .option('--models <a,b>', 'models (default: all)', list)
    .option('--datasets <a,b>', 'data sets (default: all that have presets)', list)
    .option('--data <dir>', 'NAME=DIR, or the folder above folders NAME; may be repeated', collect)
    .option('--seeds <n,n>', 'one run each (default: 1,2,3)', list)
    .option('--out <dir>', 'folder of the runs and of table.csv (default: runs/reproduce)')
    .option('--epochs <n>', 'largest number of epochs, instead of the presets’')
    .option(
      '--protocol <name>',
      'mmrec or lattice (default: of the folder’s split, else the preset’s)',
    )
    .option(...backend)
    .option('--threads <n>', 'threads to compute on (default: the cores of the machine)')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((flags: ReproduceFlags) => reproduce(flags, streams));
}

function addFeatures(program: Command, streams: Streams): void {
  const features = program.command('features').description('make and judge item features');
  features
    .command('evaluate')
    .description('what item features are worth: zero-shot, item-CF, and with items that lost some')
    .requiredOption('--data <dir>', 'dataset folder; its modalities are judged alone and joined')
    .option('--features <files...>', 'further .npy files, a row an item, judged alone')
    .option('--modalities <a,b>', 'modalities to use (default: all in the folder)')
    .option('--split <name>', 'test or validation (default: test)')
    .option('-k, --k <list>', 'lengths of the lists (default: 10,20)')
    .option('--protocol <name>', 'mmrec or lattice (default: mmrec)')
    .option('--neighbors <n>', 'nearest items that count in item-CF (default: 50)')
    .option(
      '--shrinkage <x>',
      'how much item-CF shrinks similarities of short features (default: 0)',
    )
    .option('--mask <share>', 'share of the items that lose a modality (default: 0.5)')
    .option('--fill <what>', 'zero or mean, what they get instead (default: zero)')
    .option('--seed <n>', 'seed of the masked items and the random ranking (default: 1)')
    .option(...backend)
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((flags: EvaluateFeaturesFlags) => evaluateFeatureSets(flags, streams));
  features
    .command('pretrain')
    .description("one vector for an item's image and text: trains AlignRec's encoder")
    .requiredOption('--data <dir>', 'dataset folder with items.jsonl and images')
    .option('--out <dir>', 'folder for unified_feat.npy (default: the dataset folder)')
    .option('--size <name>', 'tiny, small or base (default: tiny)')
    .option('--set <key=value>', 'set an option; may be repeated', collect)
    .option('--tokenizer <file>', 'a tokenizer.json (default: one is trained on the texts)')
    .option('--seed <n>', 'seed of all random numbers (default: 1)')
    .option(...backend)
    .option('--threads <n>', 'threads to compute on (default: the cores of the machine)')
    .option('--resume', 'go on from the checkpoint in the folder')
    .option('--force', 'replace the features in the folder')
    .option('--skip-unreadable', 'encode items without what of them cannot be read')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .addHelpText('after', pretrainHelp)
    .action((flags: PretrainFlags) => pretrain(flags, streams));
}

function settingsHelp(model: string | undefined): string {
  if (model === undefined) return '\nOptions for --set: mmrec train <model> --help';
  const definition = findModel(model);
  return [
    `\nOptions of ${model} for --set, with their defaults:`,
    describeSettings(definition),
    `\nPresets of ${model} for --preset:`,
    describePresets(definition),
  ].join('\n');
}
