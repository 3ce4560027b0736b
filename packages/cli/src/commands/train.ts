import { join } from 'node:path';
import { createRng, type Interactions } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import { backendNames, useBackend } from '@mmrec/ops';
import {
  checkRunFolder,
  createProgress,
  createRunFolder,
  evaluate,
  fit,
  readRun,
  warmStart,
  type FitResult,
  type RunMetrics,
} from '@mmrec/train';
import { loadData } from '../load-data.js';
import { findModel } from '../models.js';
import { parseSettings, readConfigFile, resolveSettings } from '../settings.js';
import type { Streams } from '../streams.js';
import { formatMetric, formatTable } from '../table.js';
import { choice, wholeNumber } from '../flags.js';
import { UsageError } from '../usage-error.js';
import { packageVersions } from '../versions.js';

/** Flags of `mmrec train`. */
export interface TrainFlags {
  readonly data?: string;
  readonly out?: string;
  readonly config?: string;
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
const flagKeys = ['data', 'out', 'modalities', 'seed', 'backend', 'threads', 'protocol', 'metric', 'init'] as const;

/** `mmrec train <model>`: trains, chooses the epoch on validation, evaluates on test once, writes a run. */
export async function train(modelName: string, given: TrainFlags, { stdout, stderr }: Streams): Promise<void> {
  const start = performance.now();
  const model = findModel(modelName);
  const { flags, settings } = await mergeConfig(given);
  const options = resolveSettings(model, {
    ...settings,
    ...parseSettings(model, given.set ?? []),
    ...(flags.epochs !== undefined && { epochs: wholeNumber('--epochs', flags.epochs) }),
  });
  if (flags.data === undefined) throw new UsageError('train: --data must name a dataset folder, got none.');
  const seed = wholeNumber('--seed', flags.seed ?? '1');
  const protocol = choice('--protocol', flags.protocol ?? 'mmrec', ['mmrec', 'lattice'] as const);
  const metric = flags.metric ?? 'recall@20';
  const backendName = choice('--backend', flags.backend ?? 'auto', ['auto', ...backendNames] as const);
  if (flags.threads !== undefined) {
    // Read by libtensorflow when it starts; the wasm back end computes on one thread.
    process.env['TF_NUM_INTRAOP_THREADS'] = String(wholeNumber('--threads', flags.threads));
  }
  if (flags.out !== undefined) checkRunFolder(flags.out, flags.force);
  const earlier = flags.init === undefined ? undefined : await readRun(flags.init);

  const backend = await useBackend(backendName);
  const { dataset, features } = await loadData(flags.data, {
    needsFeatures: model.needsFeatures,
    modalities: flags.modalities?.split(',').map((name) => name.trim()),
  });
  const rng = createRng(seed);
  const recommender = model.create(
    { interactions: dataset.train, features, rng: rng.fork('model') },
    options.modelOptions,
  );
  const ids = { users: dataset.users.ids, items: dataset.items.ids };
  if (earlier) {
    const { users, items, skipped } = warmStart({ model: recommender, name: model.name }, ids, earlier);
    stderr.write(
      `warm start from ${earlier.folder}: ${users.known} users and ${items.known} items known, ${users.added} and ${items.added} new${skipped.length ? `; initialised anew: ${skipped.join(', ')}` : ''}\n`,
    );
  }
  reportCold(dataset, stderr);

  const out = flags.out ?? join('runs', `${dataset.name}-${model.name}-seed${seed}-${timestamp()}`);
  const writer = await createRunFolder(out, {
    config: {
      model: model.name,
      protocol,
      seed,
      metric,
      modelOptions: options.modelOptions,
      trainingOptions: { ...options.trainingOptions },
      dataset: {
        path: flags.data,
        name: dataset.name,
        numUsers: dataset.train.numUsers,
        numItems: dataset.train.numItems,
        train: dataset.train.users.length,
        validation: dataset.validation.users.length,
        test: dataset.test.users.length,
        modalities: Object.keys(features),
      },
      backend: backend.name,
      ...(flags.init !== undefined && { init: flags.init }),
      versions: packageVersions(),
    },
    ids,
  });
  stderr.write(`${model.name} on ${dataset.name}, ${backend.name} back end, seed ${seed} → ${out}\n`);

  const progress = createProgress(stderr, { epochs: options.trainingOptions.epochs, metric });
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  let result: FitResult;
  try {
    result = await fit(recommender, {
      train: dataset.train,
      validation: dataset.validation,
      rng: rng.fork('fit'),
      options: options.trainingOptions,
      protocol,
      metric,
      signal: abort.signal,
      callbacks: {
        ...progress,
        onEpoch: async (record) => {
          await writer.appendHistory(record);
          await progress.onEpoch?.(record);
        },
        onBest: () => writer.saveModel(recommender),
      },
    });
  } finally {
    progress.done();
    process.removeListener('SIGINT', stop);
  }
  await writer.saveModel(recommender);
  const metrics = await judge(result);
  await writer.finish(metrics);
  recommender.dispose();
  if (given.json) stdout.write(`${JSON.stringify({ run: out, ...metrics }, null, 2)}\n`);
  else stdout.write(report(metrics, out));

  async function judge({ bestEpoch, bestValid, history, stopped }: FitResult): Promise<RunMetrics> {
    const test = await testMetrics(dataset.test);
    return {
      best: { epoch: bestEpoch, ...(bestValid && { valid: bestValid }), ...(test && { test }) },
      protocol,
      stopped,
      epochs: history.length,
      seconds: (performance.now() - start) / 1000,
      // maxRSS is in KiB, the WebAssembly memory included.
      peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  }

  async function testMetrics(heldOut: Interactions) {
    if (heldOut.users.length === 0) return undefined;
    const embeddings = recommender.embed(rng.fork('embed'));
    const { mean } = await evaluate(embeddings, { train: dataset.train, heldOut }, { protocol });
    embeddings.users.dispose();
    embeddings.items.dispose();
    return mean;
  }
}

/** Flags and options, a configuration file's values under those of the command line. */
async function mergeConfig(given: TrainFlags): Promise<{ flags: TrainFlags; settings: Record<string, unknown> }> {
  const config = given.config === undefined ? {} : await readConfigFile(given.config);
  const flags: Record<string, unknown> = {};
  for (const key of flagKeys) {
    const value = config[key];
    delete config[key];
    if (value !== undefined) flags[key] = Array.isArray(value) ? value.join(',') : String(value);
  }
  return { flags: { ...flags, ...given }, settings: config };
}

function reportCold({ train, name }: Dataset, stderr: Streams['stderr']): void {
  const count = (size: number, rows: Int32Array) => size - new Set(rows).size;
  const [users, items] = [count(train.numUsers, train.users), count(train.numItems, train.items)];
  if (users + items > 0) {
    stderr.write(`${name}: ${users} users and ${items} items have no training interactions\n`);
  }
}

function report({ best, stopped, epochs, seconds, peakMemoryMB }: RunMetrics, out: string): string {
  const names = Object.keys(best.test ?? best.valid ?? {});
  const row = (label: string, values: Readonly<Record<string, number>> | undefined) =>
    values ? [[label, ...names.map((name) => name in values ? formatMetric(values[name]!) : '–')]] : [];
  const how = { epochs: 'all epochs done', patience: 'no more improvement', signal: 'interrupted' }[stopped];
  return [
    formatTable(['', ...names], [...row('validation', best.valid), ...row('test', best.test)]),
    '',
    `epoch ${best.epoch} of ${epochs} (${how}), ${seconds.toFixed(1)} s, ${peakMemoryMB} MB`,
    `run: ${out}`,
    '',
  ].join('\n');
}

/** Now, as a part of a folder's name. */
function timestamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
