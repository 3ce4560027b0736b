import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createRng, type Recommender, type Rng } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import { useBackend, type BackendName } from '@mmrec/ops';
import {
  checkRunFolder,
  readRun,
  warmStart,
  type Run,
  type RunMetrics,
  type RunStart,
} from '@mmrec/train';
import { getBackend } from '@tensorflow/tfjs-core';
import {
  atLeastOne,
  backendFlag,
  checkHttpAddress,
  choice,
  protocolFlag,
  wholeNumber,
} from '../flags.js';
import { loadData, type LoadedData } from '../load-data.js';
import { findModel, type AnyModel } from '../models.js';
import { checkPresetData } from '../presets/check-preset-data.js';
import { choosePreset, presetSettings, type NamedPreset } from '../presets/find-preset.js';
import { parseSettings, readConfigFile, resolveSettings, type Settings } from '../settings.js';
import { stopReason } from '../stop-reasons.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';
import { openTrainingRun, type OpenTrainingRun } from '../training/open-training-run.js';
import { trainAndRecord } from '../training/train-and-record.js';
import { hashData } from '../training/training-identity.js';
import { watchTraining } from '../training/watch-training.js';
import { UsageError } from '../usage-error.js';
import { packageVersions } from '../versions.js';
import { provideUnifiedFeatures } from './unified-features.js';

/** Flags of `mmrec train`. */
export interface TrainFlags {
  readonly data?: string;
  readonly out?: string;
  readonly config?: string;
  readonly preset?: string;
  readonly anyDataset?: boolean;
  readonly set?: readonly string[];
  readonly modalities?: string;
  readonly epochs?: string;
  readonly seed?: string;
  readonly backend?: string;
  readonly threads?: string;
  readonly protocol?: string;
  readonly metric?: string;
  readonly init?: string;
  readonly force?: boolean;
  readonly resume?: boolean;
  readonly checkpointEvery?: string;
  readonly log?: string;
  readonly webhook?: string;
  readonly json?: boolean;
}

/** Keys that a configuration file may hold besides the model's and the trainer's options. */
const flagKeys = new Set(
  'data out preset modalities seed backend threads protocol metric init checkpointEvery log webhook'.split(
    ' ',
  ),
);

/** What is to be done, read from flags and files and checked. */
interface Plan {
  readonly model: AnyModel;
  readonly settings: Settings;
  readonly data: string;
  readonly preset: NamedPreset | undefined;
  readonly anyDataset: boolean;
  readonly out: string | undefined;
  readonly modalities: readonly string[] | undefined;
  readonly backend: BackendName | 'auto';
  /** Undefined: the machine's cores. */
  readonly threads: number | undefined;
  readonly seed: number;
  readonly protocol: 'mmrec' | 'lattice';
  readonly metric: string;
  readonly init: string | undefined;
  readonly force: boolean;
  readonly resume: boolean;
  /** Epochs between checkpoints; 0: none; undefined: by their cost. */
  readonly checkpointEvery: number | undefined;
  readonly log: 'tensorboard' | undefined;
  readonly webhook: string | undefined;
}

/** `mmrec train <model>`: trains, chooses the epoch on validation, evaluates on test once, writes a run. */
export async function train(modelName: string, flags: TrainFlags, streams: Streams): Promise<void> {
  const startedAt = performance.now();
  const plan = await makePlan(findModel(modelName), flags);
  const { stdout, stderr } = streams;
  // Everything that may be wrong with the input is found before a folder is touched.
  if (plan.out !== undefined && !plan.resume) checkRunFolder(plan.out, plan.force);
  if (plan.preset) await checkPresetData({ ...plan, preset: plan.preset }, stderr);
  const earlier = plan.init === undefined ? undefined : await readRun(plan.init);
  const { name: backend } = await useBackend(plan.backend, { threads: plan.threads });
  if (plan.model.takesUnified && plan.modalities === undefined) {
    await provideUnifiedFeatures(plan.data, { backend, stderr });
  }
  const loaded = await loadData(plan.data, {
    needsFeatures: plan.model.needsFeatures,
    modalities: plan.modalities,
  });
  const { dataset, features } = loaded;
  const rng = createRng(plan.seed);
  const recommender = plan.model.create(
    { interactions: dataset.train, features, rng: rng.fork('model') },
    plan.settings.modelOptions,
  );
  if (earlier) carryOver(recommender, { plan, dataset, earlier, stderr });
  reportCold(dataset, stderr);

  const folder = plan.out ?? newFolder(plan, dataset);
  const opened = await openTrainingRun({
    ...{ folder, resume: plan.resume, checkpointEvery: plan.checkpointEvery, stderr },
    ...runStart(plan, loaded, backend),
  });
  const metrics =
    'run' in opened
      ? await trainIn(opened.run, {
          ...{ folder, recommender, rng, startedAt },
          plan,
          dataset,
          stderr,
        })
      : opened.finished;
  recommender.dispose();
  if (!('run' in opened)) stderr.write(`${folder} is finished: nothing is left to do\n`);
  if (flags.json) stdout.write(`${JSON.stringify({ run: folder, ...metrics }, null, 2)}\n`);
  else stdout.write(report(metrics, folder));
}

/** What is trained in a run folder. */
interface Training {
  readonly folder: string;
  readonly recommender: Recommender;
  readonly rng: Rng;
  readonly startedAt: number;
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly stderr: Streams['stderr'];
}

/** Trains in a run folder, which is given back in any case. */
async function trainIn(
  run: OpenTrainingRun,
  { folder, plan, stderr, dataset, ...training }: Training,
): Promise<RunMetrics> {
  const { model, protocol, metric, log, webhook } = plan;
  const { trainingOptions: options } = plan.settings;
  const { epochs, patience } = options;
  stderr.write(
    `${model.name} on ${dataset.name}, ${getBackend()} back end, seed ${plan.seed} → ${folder}\n`,
  );
  try {
    const watch = watchTraining({
      ...{ folder, model: model.name, log, webhook, stderr },
      progress: { epochs, patience, metric },
    });
    return await trainAndRecord({ ...training, dataset, run, watch, options, protocol, metric });
  } finally {
    await run.lock.release();
  }
}

async function makePlan(model: AnyModel, given: TrainFlags): Promise<Plan> {
  const config = given.config === undefined ? {} : await readConfigFile(given.config);
  const { flags, settings } = divideConfig(config);
  const merged: TrainFlags = { ...flags, ...given };
  const { data, out, init, epochs, threads, modalities } = merged;
  const preset = choosePreset(model, merged);
  const resolved = resolveSettings(model, {
    ...(preset && presetSettings(preset)),
    ...settings,
    ...parseSettings(model, given.set ?? []),
    ...(epochs !== undefined && { epochs: wholeNumber('--epochs', epochs) }),
  });
  if (data === undefined)
    throw new UsageError('train: --data must name a dataset folder, got none.');
  return {
    model,
    settings: resolved,
    threads: threads === undefined ? undefined : atLeastOne('--threads', threads),
    data,
    preset,
    anyDataset: given.anyDataset ?? false,
    out,
    init,
    modalities: modalities?.split(',').map((name) => name.trim()),
    backend: backendFlag(merged.backend),
    seed: wholeNumber('--seed', merged.seed ?? '1'),
    protocol: protocolFlag(merged.protocol, preset?.protocol),
    metric: merged.metric ?? 'recall@20',
    force: merged.force ?? false,
    ...savingPlan(merged),
  };
}

/** How the run is saved and watched. */
function savingPlan({ out, force, resume = false, ...flags }: TrainFlags) {
  const { checkpointEvery: every, log, webhook } = flags;
  const checkpointEvery =
    every === undefined ? undefined : wholeNumber('--checkpoint-every', every);
  if (resume && out === undefined)
    throw new UsageError('train: --resume needs --out, the run to go on with.');
  if (resume && force)
    throw new UsageError('train: --resume goes on with a run and --force replaces it: name one.');
  if (resume && checkpointEvery === 0)
    throw new UsageError('train: --resume needs checkpoints, got --checkpoint-every 0.');
  if (webhook !== undefined) checkHttpAddress('--webhook', webhook);
  return {
    ...{ resume, checkpointEvery, webhook },
    log: log === undefined ? undefined : choice('--log', log, ['tensorboard'] as const),
  };
}

/** A configuration file's values that stand for flags, as a command line would have them, and the others. */
function divideConfig(config: Readonly<Record<string, unknown>>): {
  flags: TrainFlags;
  settings: Record<string, unknown>;
} {
  const entries = Object.entries(config);
  const flags = entries
    .filter(([key]) => flagKeys.has(key))
    .map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(',') : `${value as string | number}`,
    ]);
  return {
    flags: Object.fromEntries(flags) as TrainFlags,
    settings: Object.fromEntries(entries.filter(([key]) => !flagKeys.has(key))),
  };
}

function runStart(
  { model, settings, data, threads, seed, protocol, metric, init, preset, anyDataset }: Plan,
  loaded: LoadedData,
  backend: string,
): Pick<RunStart, 'config' | 'ids'> {
  const { dataset, features } = loaded;
  const { train: training, validation, test, name } = dataset;
  return {
    config: {
      model: model.name,
      protocol,
      seed,
      metric,
      ...(preset && { preset: { name: preset.name, anyDataset } }),
      modelOptions: settings.modelOptions,
      trainingOptions: { ...settings.trainingOptions },
      dataset: {
        path: data,
        name,
        numUsers: training.numUsers,
        numItems: training.numItems,
        train: training.users.length,
        validation: validation.users.length,
        test: test.users.length,
        modalities: Object.keys(features),
        sha256: hashData(loaded),
      },
      backend,
      threads: threads ?? availableParallelism(),
      ...(init !== undefined && { init }),
      versions: packageVersions(),
    },
    ids: { users: dataset.users.ids, items: dataset.items.ids },
  };
}

const newFolder = ({ model, seed }: Plan, { name }: Dataset) =>
  join('runs', `${name}-${model.name}-seed${seed}-${timestamp()}`);

function carryOver(
  model: Recommender,
  {
    plan,
    dataset,
    earlier,
    stderr,
  }: { plan: Plan; dataset: Dataset; earlier: Run; stderr: Streams['stderr'] },
): void {
  const ids = { users: dataset.users.ids, items: dataset.items.ids };
  const { users, items, skipped } = warmStart({ model, name: plan.model.name }, ids, earlier);
  const anew = skipped.length > 0 ? `; initialised anew: ${skipped.join(', ')}` : '';
  stderr.write(
    `warm start from ${earlier.folder}: ${users.known} users and ${items.known} items known, ${users.added} and ${items.added} new${anew}\n`,
  );
}

function reportCold({ train, name }: Dataset, stderr: Streams['stderr']): void {
  const count = (size: number, rows: Int32Array) => size - new Set(rows).size;
  const users = count(train.numUsers, train.users);
  const items = count(train.numItems, train.items);
  if (users + items === 0) return;
  stderr.write(`${name}: ${users} users and ${items} items have no training interactions\n`);
}

function report({ best, stopped, epochs, seconds, peakMemoryMB }: RunMetrics, out: string): string {
  const names = Object.keys(best.test ?? best.valid ?? {});
  const row = (label: string, values: Readonly<Record<string, number>> | undefined) => {
    if (!values) return [];
    return [[label, ...names.map((name) => (name in values ? formatMetric(values[name]!) : '–'))]];
  };
  return [
    formatTable(['', ...names], [...row('validation', best.valid), ...row('test', best.test)]),
    '',
    `epoch ${best.epoch} of ${epochs} (${stopReason(stopped)}), ${seconds.toFixed(1)} s, ${peakMemoryMB} MB`,
    `run: ${out}`,
    '',
  ].join('\n');
}

/** Now, as a part of a folder's name. */
function timestamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
