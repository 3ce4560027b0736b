import type { Interactions } from '@mmrec/core';
import { collectSplits, leftOut } from './collect-splits.js';
import type { Splits } from './dataset.js';
import { firstOccurrences } from './first-occurrences.js';
import { checkSameLength } from './interaction-table.js';

/**
 * Splits interactions by the label of each row, as given. A pair that a split holds more than once
 * is kept once; pairs that occur in two splits stay in both.
 *
 * @param labels - 0 training, 1 validation, 2 test, `[rows]`.
 * @throws {RangeError} For another label, or a number of labels that differs from that of rows.
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'ann', 'ann'], items: ['a', 'b', 'c'] });
 * splitByLabels(table, [0, 1, 0]).train.items // => [0, 2]
 * ```
 */
export function splitByLabels(interactions: Interactions, labels: ArrayLike<number>): Splits {
  const { users } = interactions;
  checkSameLength('splitByLabels', { users, labels });
  const splits = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label !== 0 && label !== 1 && label !== 2) {
      throw new RangeError(
        `splitByLabels: labels must be 0 (train), 1 (validation) or 2 (test), got ${label} at position ${row}.`,
      );
    }
    splits[row] = label;
  }
  const keep = firstOccurrences({ users, items: interactions.items, groups: splits });
  for (let row = 0; row < keep.length; row++) if (!keep[row]) splits[row] = leftOut;
  return collectSplits(interactions, splits);
}
