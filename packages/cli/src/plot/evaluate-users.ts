import type { Embeddings } from '@mmrec/core';
import type { RankingMetric } from '@mmrec/metrics';
import { evaluate } from '@mmrec/train';
import { openRun } from '../open-run.js';
import type { UserDistribution } from './plot-data.js';
import type { PlottedRun } from './read-plotted-run.js';
import { userHistogram } from './user-histogram.js';

/** What is evaluated. */
export interface EvaluateUsersInputs {
  readonly metrics: readonly string[];
  readonly split: 'test' | 'validation';
  /** Where the dataset lies now; absent: where it lay when a run was made. */
  readonly data?: string | undefined;
}

/** Distributions over users, as far as the runs could be evaluated. */
export interface EvaluatedUsers {
  readonly split: 'test' | 'validation';
  readonly byRun: ReadonlyMap<PlottedRun, Readonly<Record<string, UserDistribution>>>;
  /** Why a run could not be evaluated. */
  readonly problems: ReadonlyMap<PlottedRun, string>;
}

/**
 * Evaluates runs for the distribution of their metrics over users. A run that can't be evaluated (its
 * dataset is elsewhere, its model not saved yet) is left out, with the reason.
 */
export async function evaluateUsers(
  runs: readonly PlottedRun[],
  inputs: EvaluateUsersInputs,
): Promise<EvaluatedUsers> {
  const byRun = new Map<PlottedRun, Readonly<Record<string, UserDistribution>>>();
  const problems = new Map<PlottedRun, string>();
  for (const run of runs) {
    try {
      byRun.set(run, await evaluateRun(run, inputs));
    } catch (error) {
      problems.set(run, (error as Error).message);
    }
  }
  return { split: inputs.split, byRun, problems };
}

async function evaluateRun(
  { folder, config }: PlottedRun,
  { metrics, split, data }: EvaluateUsersInputs,
): Promise<Readonly<Record<string, UserDistribution>>> {
  const { dataset, embeddings } = await openRun(folder, data);
  try {
    const heldOut = dataset[split];
    if (heldOut.users.length === 0)
      throw new Error(`${dataset.name} has no ${split} interactions.`);
    const { mean, perUser } = await evaluate(
      embeddings,
      { train: dataset.train, heldOut },
      { protocol: config.protocol, ...wantedMetrics(metrics) },
    );
    return Object.fromEntries(
      metrics.map((name) => [name, userHistogram(perUser[name]!, mean[name]!)]),
    );
  } finally {
    disposeEmbeddings(embeddings);
  }
}

function wantedMetrics(names: readonly string[]) {
  const parts = names.map((name) => name.split('@') as [RankingMetric, string]);
  return {
    metrics: [...new Set(parts.map(([metric]) => metric))],
    ks: [...new Set(parts.map(([, k]) => Number(k)))],
  };
}

function disposeEmbeddings({ users, items }: Embeddings): void {
  users.dispose();
  items.dispose();
}
