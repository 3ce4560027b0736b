import type { FeatureSummary, Interactions } from '@mmrec/core';
import type { Dataset } from './dataset.js';
import { firstOccurrences } from './first-occurrences.js';
import { checkLabels, type LabelClaims } from './inspect/check-labels.js';
import { compareWithKnown } from './inspect/known-datasets.js';

/** Training interactions a user or an item has, over all of them, those without any included. */
export interface DegreeSummary {
  readonly count: number;
  /** Those without training interactions. */
  readonly cold: number;
  readonly mean: number;
  readonly min: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly max: number;
}

/** A dataset in numbers; plain data, fit for JSON. */
export interface Inspection {
  readonly name: string;
  readonly source: readonly string[];
  readonly users: DegreeSummary;
  readonly items: DegreeSummary;
  readonly interactions: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly total: number;
  };
  /** Interactions of all splits divided by users × items. */
  readonly density: number;
  /** Rows that repeat a pair of their split; training keeps one of each. */
  readonly duplicates: number;
  /** Validation and test rows whose pair is also a training row. */
  readonly alsoInTraining: number;
  readonly features: readonly FeatureSummary[];
  /** What is probably wrong: other sizes than a published dataset of that name, swapped labels. */
  readonly warnings: readonly string[];
  /** What is good to know. */
  readonly notes: readonly string[];
}

/** What {@link inspectDataset} knows besides the interactions. */
export interface InspectOptions extends LabelClaims {
  /** Summaries of the feature files, passed through. */
  readonly features?: readonly FeatureSummary[];
  /** What the dataset calls itself; by default its name. */
  readonly name?: string;
}

/**
 * Counts what one wants to know of a dataset before training on it.
 *
 * Percentiles are by nearest rank: the smallest degree that at least that share of users or items
 * does not exceed.
 *
 * A dataset with the name of a published one is compared with it, and labels that look swapped are
 * reported; see {@link Inspection.warnings}.
 *
 * @param options - What is known besides; or summaries of the feature files alone.
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'ann', 'bob'], items: ['a', 'b', 'b'] });
 * const report = inspectDataset(createDataset('shop', table, splitByLabels(table, [0, 0, 2])));
 * report.users.cold // => 1
 * report.density // => 0.75
 * report.interactions // => { train: 2, validation: 0, test: 1, total: 3 }
 * ```
 */
export function inspectDataset(
  dataset: Dataset,
  options: InspectOptions | readonly FeatureSummary[] = {},
): Inspection {
  const { features = [], ...claims }: InspectOptions = isList(options)
    ? { features: options }
    : options;
  const { name, source, train, validation, test } = dataset;
  const sizes = [train, validation, test].map(({ users }) => users.length) as [
    number,
    number,
    number,
  ];
  const total = sizes[0] + sizes[1] + sizes[2];
  const repeated = [train, validation, test].reduce((sum, split) => sum + repetitions(split), 0);
  const protocol = claims.protocol ?? dataset.protocol;
  const labels = checkLabels(dataset, { ...claims, ...(protocol && { protocol }) });
  const size = compareWithKnown(claims.name ?? name, {
    users: numDistinct([train.users, validation.users, test.users], train.numUsers),
    items: numDistinct([train.items, validation.items, test.items], train.numItems),
    interactions: total,
  });
  return {
    name,
    source,
    users: summarise(degreesOf(train.users, train.numUsers)),
    items: summarise(degreesOf(train.items, train.numItems)),
    interactions: { train: sizes[0], validation: sizes[1], test: sizes[2], total },
    density: total / (train.numUsers * train.numItems) || 0,
    duplicates: (dataset.duplicates ?? 0) + repeated,
    alsoInTraining: overlap(train, validation) + overlap(train, test),
    features,
    warnings: [...(size === undefined ? [] : [size]), ...labels.warnings],
    notes: labels.notes,
  };
}

const isList = (options: unknown): options is readonly FeatureSummary[] => Array.isArray(options);

/** How many different indices occur. */
function numDistinct(columns: readonly Int32Array[], size: number): number {
  const seen = new Uint8Array(size);
  for (const column of columns) for (const index of column) seen[index] = 1;
  return seen.reduce((sum, isSeen) => sum + isSeen, 0);
}

/** Rows that repeat an earlier one. */
function repetitions(split: Interactions): number {
  return firstOccurrences(split).reduce((count, kept) => count - kept, split.users.length);
}

/** Different pairs that occur in both. */
function overlap(a: Interactions, b: Interactions): number {
  const joined = {
    users: concatenate(a.users, b.users),
    items: concatenate(a.items, b.items),
  };
  return repetitions({ ...a, ...joined }) - repetitions(a) - repetitions(b);
}

function concatenate(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function degreesOf(indices: Int32Array, size: number): Int32Array {
  const degrees = new Int32Array(size);
  for (const index of indices) degrees[index]!++;
  return degrees;
}

function summarise(degrees: Int32Array): DegreeSummary {
  const sorted = degrees.slice().sort();
  const count = sorted.length;
  const percentile = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
  const firstWarm = sorted.findIndex((degree) => degree > 0);
  return {
    count,
    cold: firstWarm === -1 ? count : firstWarm,
    mean: sorted.reduce((sum, degree) => sum + degree, 0) / count || 0,
    min: percentile(0),
    p25: percentile(0.25),
    median: percentile(0.5),
    p75: percentile(0.75),
    p95: percentile(0.95),
    max: percentile(1),
  };
}
