import { join } from 'node:path';
import { createRng, type Recommender, type Rng } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import { useBackend, type BackendName } from '@mmrec/ops';
import {
  checkRunFolder,
  createProgress,
  createRunFolder,
  evaluate,
  fit,
  readRun,
  warmStart,
  type FitResult,
  type Run,
  type RunMetrics,
  type RunWriter,
} from '@mmrec/train';
import { atLeastOne, backendFlag, protocolFlag, wholeNumber } from '../flags.js';
import { loadData, type LoadedData } from '../load-data.js';
import { findModel, type AnyModel } from '../models.js';
import { checkPresetData } from '../presets/check-preset-data.js';
import { choosePreset, presetSettings, type NamedPreset } from '../presets/find-preset.js';
import { parseSettings, readConfigFile, resolveSettings, type Settings } from '../settings.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';
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
  readonly json?: boolean;
}

/** Keys that a configuration file may hold besides the model's and the trainer's options. */
const flagKeys = new Set(
  'data out preset modalities seed backend threads protocol metric init'.split(' '),
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
}

/** `mmrec train <model>`: trains, chooses the epoch on validation, evaluates on test once, writes a run. */
export async function train(modelName: string, flags: TrainFlags, streams: Streams): Promise<void> {
  const start = performance.now();
  const plan = await makePlan(findModel(modelName), flags);
  const { stdout, stderr } = streams;
  // Everything that may be wrong with the input is found before a folder is touched.
  if (plan.out !== undefined) checkRunFolder(plan.out, plan.force);
  if (plan.preset) await checkPresetData({ ...plan, preset: plan.preset }, stderr);
  const earlier = plan.init === undefined ? undefined : await readRun(plan.init);
  const { name: backend } = await useBackend(plan.backend, { threads: plan.threads });
  if (plan.model.name === 'alignrec' && plan.modalities === undefined) {
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

  const writer = await openRunFolder(plan, loaded, backend);
  stderr.write(
    `${plan.model.name} on ${dataset.name}, ${backend} back end, seed ${plan.seed} → ${writer.folder}\n`,
  );
  const result = await fitAndRecord(recommender, { plan, dataset, rng, writer, stderr });
  await writer.saveModel(recommender, evaluationRng(rng));
  const test = await testMetrics(recommender, { plan, dataset, rng });
  recommender.dispose();
  const metrics: RunMetrics = {
    best: {
      epoch: result.bestEpoch,
      ...(result.bestValid && { valid: result.bestValid }),
      ...(test && { test }),
    },
    protocol: plan.protocol,
    stopped: result.stopped,
    epochs: result.history.length,
    seconds: (performance.now() - start) / 1000,
    // In KiB, the WebAssembly memory included.
    peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  await writer.finish(metrics);
  if (flags.json) stdout.write(`${JSON.stringify({ run: writer.folder, ...metrics }, null, 2)}\n`);
  else stdout.write(report(metrics, writer.folder));
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

function openRunFolder(
  { model, settings, data, out, seed, protocol, metric, init, preset, anyDataset }: Plan,
  { dataset, features }: LoadedData,
  backend: string,
): Promise<RunWriter> {
  const { train: training, validation, test, name } = dataset;
  const folder = out ?? join('runs', `${name}-${model.name}-seed${seed}-${timestamp()}`);
  return createRunFolder(folder, {
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
      },
      backend,
      ...(init !== undefined && { init }),
      versions: packageVersions(),
    },
    ids: { users: dataset.users.ids, items: dataset.items.ids },
  });
}

/** What the steps of a training share. */
interface Context {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly rng: Rng;
}

/** Trains; Ctrl-C stops after the batch at hand, a second one ends the process. */
async function fitAndRecord(
  recommender: Recommender,
  {
    plan: { settings, protocol, metric },
    dataset,
    rng,
    writer,
    stderr,
  }: Context & { writer: RunWriter; stderr: Streams['stderr'] },
): Promise<FitResult> {
  const { trainingOptions: options } = settings;
  const progress = createProgress(stderr, { epochs: options.epochs, metric });
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  try {
    return await fit(recommender, {
      train: dataset.train,
      validation: dataset.validation,
      rng: rng.fork('fit'),
      options,
      protocol,
      metric,
      signal: abort.signal,
      callbacks: {
        ...progress,
        onEpoch: async (record) => {
          await writer.appendHistory(record);
          await progress.onEpoch?.(record);
        },
        onBest: () => writer.saveModel(recommender, evaluationRng(rng)),
      },
    });
  } finally {
    progress.done();
    process.removeListener('SIGINT', stop);
  }
}

/** What `fit` evaluates with: a model that draws noise then has the same embeddings on test and in the run folder. */
const evaluationRng = (rng: Rng) => rng.fork('fit').fork('embed');

async function testMetrics(
  recommender: Recommender,
  { plan: { protocol }, dataset, rng }: Context,
): Promise<Readonly<Record<string, number>> | undefined> {
  if (dataset.test.users.length === 0) return undefined;
  const embeddings = recommender.embed(evaluationRng(rng));
  const inputs = { train: dataset.train, heldOut: dataset.test };
  const { mean } = await evaluate(embeddings, inputs, { protocol });
  embeddings.users.dispose();
  embeddings.items.dispose();
  return mean;
}

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
  const ways: Readonly<Record<string, string>> = {
    epochs: 'all epochs done',
    patience: 'no more improvement',
    signal: 'interrupted',
  };
  return [
    formatTable(['', ...names], [...row('validation', best.valid), ...row('test', best.test)]),
    '',
    `epoch ${best.epoch} of ${epochs} (${ways[stopped] ?? stopped}), ${seconds.toFixed(1)} s, ${peakMemoryMB} MB`,
    `run: ${out}`,
    '',
  ].join('\n');
}

/** Now, as a part of a folder's name. */
function timestamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
