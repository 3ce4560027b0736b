import { meanOf, seedMean, type SeedMean } from '../seed-mean.js';
import type { TrialOptions } from './search-space.js';
import { meanValid, type SweptConfiguration, type TrialOutcome } from './run-sweep.js';

/** A configuration's figures. */
export interface ConfigurationSummary {
  readonly id: string;
  readonly model: string;
  readonly options: TrialOptions;
  /** Round of successive halving that it reached, from 1; 1 in other searches. */
  readonly round: number;
  readonly seeds: readonly number[];
  /** Validation metrics at the epochs chosen, by name; absent when a trial failed. */
  readonly valid?: Readonly<Record<string, SeedMean>>;
  readonly epochs?: number;
  readonly seconds?: number;
  /** Whether it is its model's best on validation. */
  readonly best: boolean;
  /** Test metrics: only of a model's best, so that nobody chooses by them. */
  readonly test?: Readonly<Record<string, SeedMean>>;
  /** What went wrong, with the trial's name. */
  readonly failures: readonly string[];
}

/** A sweep's result: the best configuration of each model first, then the others, by the validation metric. */
export function summarizeSweep(
  swept: readonly SweptConfiguration[],
  metric: string,
): ConfigurationSummary[] {
  const bestOf = new Map<string, string>();
  for (const { configuration, outcomes } of swept) {
    const { model, id } = configuration;
    if (!bestOf.has(model) && meanValid(outcomes, metric) !== undefined) bestOf.set(model, id);
  }
  return swept
    .map((one) => summaryOf(one, bestOf.get(one.configuration.model) === one.configuration.id))
    .sort((a, b) => Number(b.best) - Number(a.best));
}

function summaryOf(
  { configuration, round, outcomes }: SweptConfiguration,
  best: boolean,
): ConfigurationSummary {
  const finished = outcomes.filter((one) => one.status === 'finished');
  const failures = outcomes.flatMap((one) =>
    one.status === 'failed' ? [`${one.task.id}: ${one.message}`] : [],
  );
  const whole = failures.length === 0;
  return {
    ...configuration,
    round,
    seeds: outcomes.map(({ task }) => task.seed),
    ...(whole && {
      valid: seedMeans(finished.map(({ valid }) => valid)),
      epochs: meanOf(finished.map(({ epochs }) => epochs)),
      seconds: meanOf(finished.map(({ seconds }) => seconds)),
    }),
    best,
    ...(best && testOf(finished)),
    failures,
  };
}

function testOf(finished: readonly Extract<TrialOutcome, { status: 'finished' }>[]) {
  const tests = finished.flatMap(({ test }) => (test ? [test] : []));
  return tests.length === finished.length ? { test: seedMeans(tests) } : {};
}

function seedMeans(metrics: readonly Readonly<Record<string, number>>[]): Record<string, SeedMean> {
  return Object.fromEntries(
    Object.keys(metrics[0]!).map((name) => {
      const values = metrics.map((one) => one[name]!);
      return [name, seedMean(values)];
    }),
  );
}
