import { createRng, type FeatureMatrix } from '@mmrec/core';
import { concatenateFeatures, readFeatureFolder } from '@mmrec/features';
import { rankingMetrics, type RankingMetric } from '@mmrec/metrics';
import { useBackend } from '@mmrec/ops';
import { readRun, readRunDataset } from '@mmrec/train';
import { compareGroups } from '../compare/compare-groups.js';
import { describeComparison } from '../compare/describe-comparison.js';
import { groupRuns } from '../compare/group-runs.js';
import { measureRuns, type MeasuredGroup } from '../compare/measure-runs.js';
import { atLeastOne, backendFlag, choice, wholeNumber } from '../flags.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec compare`. */
export interface CompareFlags {
  readonly split?: string;
  readonly metrics?: string;
  readonly k?: string;
  readonly baseline?: string;
  readonly groups?: string;
  readonly seed?: string;
  readonly data?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

/** `mmrec compare RUN RUN…`: whether runs differ by more than chance, for whom, and what they cost. */
export async function compare(
  folders: readonly string[],
  flags: CompareFlags,
  { stdout }: Streams,
): Promise<void> {
  const split = choice('--split', flags.split ?? 'test', ['test', 'validation'] as const);
  const metrics = (flags.metrics ?? 'recall,ndcg')
    .split(',')
    .map((name): RankingMetric => choice('--metrics', name.trim(), rankingMetrics));
  const k = atLeastOne('-k', flags.k ?? '20');
  const numGroups = atLeastOne('--groups', flags.groups ?? '4');
  const rng = createRng(wholeNumber('--seed', flags.seed ?? '1'));
  const backend = backendFlag(flags.backend);
  const runs = [];
  for (const folder of folders) runs.push(await readRun(folder));
  const groups = groupRuns(runs);
  if (groups.length < 2) {
    throw new UsageError(`compare: at least two runs are needed, got ${folders.join()}.`);
  }
  const names = groups.map(({ name }) => name);
  const baseline =
    flags.baseline === undefined ? undefined : choice('--baseline', flags.baseline, names);
  await useBackend(backend);
  const { dataset, folder } = await readRunDataset(runs[0]!, flags.data);
  const { train } = dataset;
  const { protocol } = runs[0]!.config;
  const inputs = {
    ...{ train, heldOut: dataset[split], protocol, metrics, k },
    features: await joinedFeatures(folder, train.numItems),
  };
  const measured: MeasuredGroup[] = [];
  for (const group of groups) measured.push(await measureRuns(group, inputs));
  const comparison = compareGroups(measured, { train, baseline, numGroups, rng });
  const users = measured[0]!.users.length;
  if (flags.json) {
    stdout.write(`${JSON.stringify({ split, protocol, users, k, ...comparison }, null, 2)}\n`);
    return;
  }
  stdout.write(`${dataset.name}, ${split}, ${users} users, protocol ${protocol}\n\n`);
  stdout.write(describeComparison(comparison, `${metrics[0]!}@${k}`));
}

/** The folder's modalities side by side; undefined where there are none. What an encoder made of them is left out. */
async function joinedFeatures(
  folder: string,
  numItems: number,
): Promise<FeatureMatrix | undefined> {
  const { unified, ...modalities } = await readFeatureFolder(folder, { numItems });
  if (Object.keys(modalities).length > 0) return concatenateFeatures(modalities);
  return unified;
}
