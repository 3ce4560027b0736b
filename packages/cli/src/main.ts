import { completionMethods } from '@mmrec/features';
import { Command, CommanderError } from 'commander';
import { compare, type CompareFlags } from './commands/compare.js';
import { inspect, synth, type InspectFlags, type SynthFlags } from './commands/data.js';
import { splitData, type SplitFlags } from './commands/data-split.js';
import { prepare, type PrepareFlags } from './commands/data-prepare.js';
import { exportRun } from './commands/export.js';
import { doctor } from './commands/doctor.js';
import { evaluate, type EvaluateFlags } from './commands/evaluate.js';
import { evaluateFeatureSets, type EvaluateFeaturesFlags } from './commands/features.js';
import { completeFolder, type CompleteFlags } from './commands/features-complete.js';
import { maskFolder, type MaskFlags } from './commands/features-mask.js';
import { extract, extractHelp, type ExtractFlags } from './commands/features-extract.js';
import { pretrain, pretrainHelp, type PretrainFlags } from './commands/features-pretrain.js';
import {
  convert,
  reduce,
  type ConvertFlags,
  type ReduceFlags,
} from './commands/features-transform.js';
import { plot, type PlotFlags } from './commands/plot.js';
import { recommendAll, type RecommendAllFlags } from './commands/recommend-all.js';
import { recommend, type RecommendFlags } from './commands/recommend.js';
import { reproduce, type ReproduceFlags } from './commands/reproduce.js';
import { serve, type ServeFlags } from './commands/serve.js';
import { studio, type StudioFlags } from './commands/studio.js';
import { sweep, type SweepFlags } from './commands/sweep.js';
import { train, type TrainFlags } from './commands/train.js';
import { work, type WorkerFlags } from './commands/worker.js';
import type { ExportFlags } from './export/export-target.js';
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

/** The command with all that belongs to it; `main` runs it, and the documentation's commands are read by it. */
export function createProgram(streams: Streams): Command {
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
    .option('--resume', 'go on with the run in --out, exactly as if it had not been interrupted')
    .option(
      '--checkpoint-every <n>',
      'epochs between checkpoints, 0: none (default: as often as they take 1 % of the time)',
    )
    .option('--log <what>', 'tensorboard: event files in the run folder')
    .option('--webhook <url>', 'address that gets JSON at each epoch and at the end')
    .option('--force', 'replace a run that is in the folder')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .addHelpText('after', ({ command }) => settingsHelp(command.args))
    .action((model: string, flags: TrainFlags) => train(model, flags, streams));

  addReproduce(program, streams);
  addRuns(program, streams);
  addServe(program, streams);
  addExport(program, streams);
  addData(program, streams);
  addFeatures(program, streams);
  addGaps(program, streams);
  program
    .command('doctor')
    .description('which back ends work here, and how fast they are')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((flags: { json?: boolean }) => doctor(flags, streams));
  return program;
}

/** What is done with runs. */
function addRuns(program: Command, streams: Streams): void {
  program
    .command('evaluate <run>')
    .description("a run's metrics on one split")
    .option('--split <name>', 'test, validation or train (default: test)')
    .option('-k, --k <list>', 'lengths of the lists (default: 10,20)')
    .option('--cold [method]', 'new items by their content: ridge or neighbors (default: ridge)')
    .option('--groups [n]', 'by group of items: new, cold (1 to n interactions, default 5), warm')
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
    .option('--cold [method]', 'new items by their content: ridge or neighbors (default: ridge)')
    .option('--only-new', 'only items without training interactions, by their content')
    .option('--all', 'every user, written to the Parquet file --out')
    .option('--out <file>', 'with --all: the file, columns user, item, rank, score')
    .option('--range <a-b>', 'with --all: users a to b − 1 by their number only')
    .option('--queue <address>', 'with --all: let workers score shards of the users')
    .option('--shard-size <n>', 'with --queue: users a shard (default: 50000)')
    .option('--force', 'with --all: replace the file')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option(...backend)
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((run: string, flags: RecommendFlags & RecommendAllFlags & { all?: boolean }) =>
      flags.all ? recommendAll(run, flags, streams) : recommend(run, flags, streams),
    );

  program
    .command('sweep <spec>')
    .description('train many configurations and seeds, choose on validation; run again, it goes on')
    .option('--out <dir>', 'folder for trials and results (default: sweeps/<name of the file>)')
    .option('--workers <n>', 'trials at a time (default: as the file says, else the cores)')
    .option('--queue <address>', 'let workers on any machine train: redis://host:6379')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((spec: string, flags: SweepFlags) => sweep(spec, flags, streams));
  program
    .command('worker')
    .description('run what sweeps put on a queue; several machines may')
    .requiredOption('--queue <address>', 'redis://host:6379')
    .option('--workers <n>', 'commands at a time (default: the cores of the machine)')
    .option(...verbose)
    .action((flags: WorkerFlags) => work(flags, streams));
  program
    .command('compare <run...>')
    .description('whether runs differ by more than chance, for whom, and what they cost')
    .option('--split <name>', 'test or validation (default: test)')
    .option('--metrics <a,b>', 'recall, ndcg, precision, map, mrr, hit (default: recall,ndcg)')
    .option('-k, --k <n>', 'length of the lists (default: 20)')
    .option('--baseline <name>', 'compare with this model only (default: each with each)')
    .option('--groups <n>', 'groups of users and of items (default: 4)')
    .option('--seed <n>', "seed of the bootstrap's resamples (default: 1)")
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option(...backend)
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((runs: string[], flags: CompareFlags) => compare(runs, flags, streams));
  program
    .command('plot <run...>')
    .description('curves and tables of runs, finished or not, as one HTML page')
    .option('--out <file>', 'the page (default: plot.html, in the folder of a single run)')
    .option('--title <text>', "the page's heading (default: the names of the runs)")
    .option('--metric <metric@k>', 'validation metric shown first (default: that of the first run)')
    .option(
      '--split <name>',
      'test or validation, for the distribution over users (default: test, once all runs are finished)',
    )
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option(...backend)
    .option('--force', 'replace a file that mmrec did not make')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((runs: string[], flags: PlotFlags) => plot(runs, flags, streams));
}

function addServe(program: Command, streams: Streams): void {
  program
    .command('serve <run>')
    .description('answer over HTTP: known and new users, similar items, why')
    .option('--port <n>', 'port (default: 8000; 0: a free one)')
    .option('--host <address>', 'address to listen at (default: 127.0.0.1, this machine only)')
    .option('--token-file <file>', 'bearer token that requests need (or MMREC_TOKEN)')
    .option('--index <name>', 'exact, or hnsw for large catalogues (default: exact)')
    .option('--new-items', 'let requests add items by their features')
    .option('--watch <seconds>', 'look for a newer run in the folder, 0: never (default: 5)')
    .option('--rate-limit <n>', 'requests a minute and client (default: any number)')
    .option('--max-k <n>', 'items a request may ask for (default: 1000)')
    .option('--log', 'log requests')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option('--backend <name>', 'auto, tensorflow, wasm or cpu (default: wasm)')
    .option('--threads <n>', 'threads to compute on (default: 1)')
    .option(...verbose)
    .action((run: string, flags: ServeFlags) => serve(run, flags, streams));
  program
    .command('studio <run...>')
    .description('a page to look at models: users, items, a map, curves, side by side')
    .option('--port <n>', 'port on this machine (default: a free one)')
    .option('--open', 'open the page in a browser (default: where somebody looks at the terminal)')
    .option('--no-open', 'only print its address')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option('--backend <name>', 'auto, tensorflow, wasm or cpu (default: wasm)')
    .option(...verbose)
    .action((runs: string[], flags: StudioFlags) => studio(runs, flags, streams));
}

function addExport(program: Command, streams: Streams): void {
  program
    .command('export <run>')
    .description('embeddings for other systems, and the query that gives the same top items there')
    .option(
      '--to <what>',
      'npy, parquet, onnx, serving (browsers), pgvector (PostgreSQL) or qdrant',
    )
    .option('--out <dir>', 'of files: the folder (default: export-<what> in the run)')
    .option('--input <what>', 'onnx: user, a row, or embedding, any vector (default: user)')
    .option('--users <which>', 'serving: all, or none, for public files (default: all)')
    .option('--url <address>', 'pgvector, qdrant: postgres://user@host/database, http://host:6333')
    .option(
      '--table <prefix>',
      'pgvector: what the names of the tables start with (default: mmrec)',
    )
    .option('--index <name>', 'pgvector: none, exact search, or hnsw (default: none)')
    .option(
      '--collection <prefix>',
      'qdrant: what the names of the collections start with (default: mmrec)',
    )
    .option('--no-seen', 'pgvector, qdrant: without the training interactions')
    .option('-k, --k <n>', 'items a user in the query that is printed (default: 10)')
    .option('--data <dir>', 'dataset folder, if it has moved')
    .option('--force', 'of files: replace an export that is in the folder')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((run: string, flags: ExportFlags) => exportRun(run, flags, streams));
}

function addData(program: Command, streams: Streams): void {
  const data = program.command('data').description('look at data, or make some');
  data
    .command('inspect <dir>')
    .description('what is in a dataset folder, and what may be wrong with it')
    .option('--protocol <name>', 'protocol that the split is to follow (default: see the manifest)')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .action((folder: string, flags: InspectFlags) => inspect(folder, flags, streams));
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
  data
    .command('split')
    .description('make a share of the items new: all their interactions become test ones')
    .requiredOption('--data <dir>', 'dataset folder')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--cold-items <share>', 'share of the items (default: 0.2)')
    .option('--seed <n>', 'seed of the items (default: 1)')
    .option('--force', 'replace the folder if it is there')
    .option(...verbose)
    .action((flags: SplitFlags) => splitData(flags, streams));
  addPrepare(data, streams);
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

function addPrepare(data: Command, streams: Streams): void {
  data
    .command('prepare <files...>')
    .description('make a dataset folder of raw interactions (needs the package @duckdb/node-api)')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--source <name>', 'amazon-2014 or amazon-2023: data whose columns are known')
    .option('--columns <a=b,...>', 'columns of the interactions: user=,item=,time=,rating=')
    .option('--format <name>', 'jsonl, csv, tsv or parquet (default: by the names of the files)')
    .option('--metadata <files...>', 'files that describe the items')
    .option(
      '--metadata-columns <a=b,...>',
      'their columns: id=,title=,brand=,categories=,description=,image=',
    )
    .option('--metadata-format <name>', 'their format (default: by the names of the files)')
    .option('--image-features <file>', "Amazon's image features, a .b file")
    .option('--k-core <k>', 'partners that each user and item has at least (default: 5; 1: all)')
    .option('--min-rating <x>', 'leave out lower ratings')
    .option('--protocol <name>', 'mmrec, lattice, time or leave-one-out (default: mmrec)')
    .option('--validation <share>', 'share for validation of the protocol time (default: 0.1)')
    .option('--test <share>', 'share for test of the protocol time (default: 0.1)')
    .option('--seed <n>', 'seed of the split (default: 1)')
    .option('--name <name>', 'name of the dataset (default: that of the folder)')
    .option('--memory <size>', 'memory for joins and sorts (default: 1GB)')
    .option('--threads <n>', 'threads for joins and sorts (default: the cores of the machine)')
    .option('--force', 'replace a dataset that is in the folder')
    .option('--json', 'print the manifest')
    .option(...verbose)
    .action((files: string[], flags: PrepareFlags) => prepare(files, flags, streams));
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
  addExtraction(features, streams);
}

/** Commands for items that lack features. */
function addGaps(program: Command, streams: Streams): void {
  const features = program.commands.find((command) => command.name() === 'features')!;
  features
    .command('complete')
    .description('make up the features of items that lack some, from those of others')
    .requiredOption('--data <dir>', 'dataset folder')
    .option('--out <dir>', 'folder for the completed dataset')
    .option('--method <name>', `${completionMethods.join(', ')} (default: learned)`)
    .option('--neighbors <n>', 'nearest items that count (default: 50)')
    .option('--iterations <n>', 'steps of propagation (default: 40)')
    .option('--modalities <a,b>', 'modalities to complete from each other (default: all)')
    .option('--compare', 'hide known features and say how well each method makes them up')
    .option('--share <x>', 'share of them that --compare hides (default: 0.2)')
    .option('--seed <n>', 'seed of what --compare hides (default: 1)')
    .option(...backend)
    .option('--force', 'replace the folder if it is there')
    .option('--json', 'print the comparison as JSON')
    .option(...verbose)
    .action((flags: CompleteFlags) => completeFolder(flags, streams));
  features
    .command('mask')
    .description('take features away from a share of the items, to measure what that costs')
    .requiredOption('--data <dir>', 'dataset folder')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--share <x>', 'share of the new, the cold and the warm items (default: 0.3)')
    .option('--modalities <a,b>', 'modalities that they lose, all at once (default: all)')
    .option('--seed <n>', 'seed of the items (default: 1)')
    .option('--force', 'replace the folder if it is there')
    .option(...verbose)
    .action((flags: MaskFlags) => maskFolder(flags, streams));
}

function addExtraction(features: Command, streams: Streams): void {
  features
    .command('extract')
    .description(
      "features of a dataset's texts and pictures, by pretrained encoders or built-in ones",
    )
    .requiredOption('--data <dir>', 'dataset folder with items.jsonl and images')
    .option('--text <encoder>', 'encoder of titles and descriptions (default: auto)')
    .option('--image <encoder>', 'encoder of pictures (default: auto)')
    .option('--out <dir>', 'folder for the feature files (default: the dataset folder)')
    .option('--precision <name>', 'weights of a model: fp32, fp16, q8, … (default: fp32)')
    .option(
      '--pooling <how>',
      "a text's vector: mean of its tokens, or cls, the first (default: mean)",
    )
    .option('--batch-size <n>', 'items encoded at a time (default: what suits the encoder)')
    .option('--threads <n>', 'threads to compute on (default: the cores of the machine)')
    .option('--cache <dir>', 'folder of vectors already made (default: .features-cache in --out)')
    .option('--queue <address>', 'let workers on any machine encode: redis://host:6379')
    .option('--shard-size <n>', 'with --queue: items a command encodes (default: 5000)')
    .option('--range <a-b>', 'encode items a to b − 1 into the cache, and write no features')
    .option('--float16', 'store half precision')
    .option('--force', 'replace feature files that are there')
    .option('--json', 'print the result as JSON')
    .option(...verbose)
    .addHelpText('after', extractHelp)
    .action((flags: ExtractFlags) => extract(flags, streams));
  const tableOptions = (command: Command) =>
    command
      .option('--name <name>', 'tensor of a .safetensors file, column of a .parquet file')
      .option('--float16', 'store half precision')
      .option('--force', 'replace the file')
      .option(...verbose);
  tableOptions(features.command('convert <from> <to>'))
    .description('features in another format (.npy, .safetensors, .parquet), precision or scale')
    .option('--scale <how>', 'l2, standardize or minMax')
    .action((from: string, to: string, flags: ConvertFlags) =>
      convert({ from, to }, flags, streams),
    );
  tableOptions(features.command('reduce <from> <to>'))
    .description('principal components of features, which may be larger than the memory')
    .option('--components <n>', 'columns to keep (default: 64)')
    .option('--whiten', 'give each component variance 1')
    .option('--iterations <n>', 'passes that sharpen the result (default: 4)')
    .option('--seed <n>', 'seed of the first directions (default: 1)')
    .action((from: string, to: string, flags: ReduceFlags) => reduce({ from, to }, flags, streams));
}

function settingsHelp(args: readonly string[]): string {
  // What was typed, flags and their values among it.
  const [first = '-'] = args;
  const model = first.startsWith('-') ? args.find((text) => Object.hasOwn(models, text)) : first;
  if (model === undefined) return '\nOptions for --set: mmrec train <model> --help';
  const definition = findModel(model);
  return [
    `\nOptions of ${model} for --set, with their defaults:`,
    describeSettings(definition),
    `\nPresets of ${model} for --preset:`,
    describePresets(definition),
  ].join('\n');
}
