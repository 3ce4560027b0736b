import { defineOptions } from '@mmrec/core';
import { checkTimestamps } from './check-timestamps.js';
import { collectSplits, leftOut } from './collect-splits.js';
import type { Splits } from './dataset.js';
import { firstOccurrences } from './first-occurrences.js';
import type { InteractionColumns } from './interaction-table.js';

/** Options of {@link splitByTime}. */
export interface SplitByTimeOptions {
  /** Share of the interactions, just before the test part, that goes to validation. Default 0.1. */
  validation: number;
  /** Share of the interactions, the latest, that goes to test. Default 0.1. */
  test: number;
}

const splitByTimeOptions = defineOptions<SplitByTimeOptions>({
  validation: {
    kind: 'number',
    default: 0.1,
    min: 0,
    below: 1,
    description: 'Share for validation.',
  },
  test: { kind: 'number', default: 0.1, min: 0, below: 1, description: 'Share for test.' },
});

/**
 * Splits at two points in time that hold for everybody: the earliest interactions train, the
 * latest test. Interactions of one moment stay together, on the earlier side of a cut, so no split
 * learns from its future. A repeated pair counts once, at its earliest time.
 *
 * @throws {TypeError} If there are no timestamps, or for an unknown option.
 * @throws {RangeError} If a timestamp is not finite, or the shares leave nothing for training.
 * @example
 * ```ts
 * const table = createInteractionTable({
 *   users: ['a', 'b', 'c', 'd'],
 *   items: ['x', 'x', 'y', 'y'],
 *   timestamps: [4, 1, 3, 2],
 * });
 * const { train, test } = splitByTime(table, { validation: 0.25, test: 0.25 });
 * train.users // => [1, 3]
 * test.users // => [0]
 * ```
 */
export function splitByTime(
  interactions: InteractionColumns,
  options: Partial<SplitByTimeOptions> = {},
): Splits {
  const { validation, test } = splitByTimeOptions.resolve('splitByTime', options);
  if (validation + test >= 1) {
    throw new RangeError(
      `splitByTime: validation and test must add up to less than 1, got ${validation} and ${test}.`,
    );
  }
  const timestamps = checkTimestamps('splitByTime', interactions);
  const keep = firstOccurrences(interactions, timestamps);
  const sorted = timestamps.filter((_, row) => keep[row]).sort();
  const numTest = Math.round(sorted.length * test);
  const numHeldOut = Math.round(sorted.length * (validation + test));
  const lastTraining = sorted[sorted.length - numHeldOut - 1] ?? -Infinity;
  const lastValidation = sorted[sorted.length - numTest - 1] ?? -Infinity;
  const labels = keep.map((kept, row) => {
    if (!kept) return leftOut;
    const time = timestamps[row]!;
    if (time <= lastTraining) return 0;
    return time <= lastValidation ? 1 : 2;
  });
  return collectSplits(interactions, labels);
}
