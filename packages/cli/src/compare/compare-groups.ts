import { itemsByUser, type Interactions, type Rng } from '@mmrec/core';
import {
  bootstrapConfidenceInterval,
  compareSystems,
  groupByCount,
  groupMeans,
  type ConfidenceInterval,
  type CountGroups,
  type SystemComparison,
} from '@mmrec/metrics';
import type { MeasuredGroup } from './measure-runs.js';

/** Everything that `mmrec compare` says, as data. */
export interface Comparison {
  readonly systems: readonly SystemFigures[];
  readonly comparisons: readonly SystemComparison[];
  /** Users by the number of their training interactions, and each system's mean of the first metric there. */
  readonly byHistory: GroupedFigures;
  /** Held-out interactions by their item's popularity in training, and the share that each system retrieved. */
  readonly byPopularity: GroupedFigures;
}

/** A system's figures over all users. */
export interface SystemFigures extends Pick<
  MeasuredGroup,
  'name' | 'runs' | 'seeds' | 'deviation' | 'beyondAccuracy' | 'cost'
> {
  /** By `metric@k`, with bootstrap intervals over users. */
  readonly metrics: Readonly<Record<string, ConfidenceInterval>>;
}

/** Figures by group. */
export interface GroupedFigures {
  readonly groups: CountGroups['groups'];
  /** A value for each group, by system. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** How groups are compared. */
export interface CompareGroupsOptions {
  readonly train: Interactions;
  /** The system that others are compared with; absent: each with each. */
  readonly baseline?: string | undefined;
  /** Groups of users and of items. */
  readonly numGroups: number;
  readonly rng: Rng;
}

/** Compares measured systems: intervals, tests of all pairs, and results by group. */
export function compareGroups(
  measured: readonly MeasuredGroup[],
  { train, baseline, numGroups, rng }: CompareGroupsOptions,
): Comparison {
  const perUser = Object.fromEntries(measured.map((group) => [group.name, group.perUser]));
  const [first] = measured;
  const { offsets, items } = itemsByUser(train);
  const history = first!.users.map((user) => offsets[user + 1]! - offsets[user]!);
  const popularity = new Int32Array(train.numItems);
  for (const item of items) popularity[item]!++;
  const looked = first!.pairs.items.map((item) => popularity[item]!);
  const metric = Object.keys(first!.perUser)[0]!;
  return {
    systems: measured.map((group) => figuresOf(group, rng)),
    comparisons: compareSystems({
      systems: perUser,
      rng: rng.fork('pairs'),
      ...(baseline !== undefined && { baseline }),
    }),
    byHistory: grouped(groupByCount(history, numGroups), measured, (g) => g.perUser[metric]!),
    byPopularity: grouped(groupByCount(looked, numGroups), measured, (g) => g.pairs.retrieved),
  };
}

function figuresOf(group: MeasuredGroup, rng: Rng): SystemFigures {
  const { name, runs, seeds, deviation, beyondAccuracy, cost } = group;
  const metrics = Object.fromEntries(
    Object.entries(group.perUser).map(([metric, values]) => [
      metric,
      bootstrapConfidenceInterval(values, rng.fork(`${name}/${metric}`)),
    ]),
  );
  return { name, runs, seeds, metrics, ...(deviation && { deviation }), beyondAccuracy, cost };
}

function grouped(
  counts: CountGroups,
  measured: readonly MeasuredGroup[],
  valuesOf: (group: MeasuredGroup) => Float64Array,
): GroupedFigures {
  return {
    groups: counts.groups,
    values: Object.fromEntries(
      measured.map((group) => [group.name, [...groupMeans(counts, valuesOf(group))]]),
    ),
  };
}
