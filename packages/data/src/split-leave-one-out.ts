import { checkTimestamps } from './check-timestamps.js';
import { collectSplits, leftOut } from './collect-splits.js';
import type { Splits } from './dataset.js';
import { firstOccurrences } from './first-occurrences.js';
import type { InteractionColumns } from './interaction-table.js';
import { rowsByUser } from './rows-by-user.js';

/**
 * Holds out each user's last interaction for test and the one before it for validation, by
 * timestamp; among equal times the later row counts as the later. Users with fewer than three
 * interactions train only. A repeated pair counts once, at its earliest time.
 *
 * @throws {TypeError} If there are no timestamps.
 * @throws {RangeError} If a timestamp is not finite.
 * @example
 * ```ts
 * const table = createInteractionTable({
 *   users: ['ann', 'ann', 'ann', 'bob'],
 *   items: ['a', 'b', 'c', 'a'],
 *   timestamps: [30, 10, 20, 40],
 * });
 * splitLeaveOneOut(table).test.items // => [0]
 * splitLeaveOneOut(table).validation.items // => [2]
 * ```
 */
export function splitLeaveOneOut(interactions: InteractionColumns): Splits {
  const timestamps = checkTimestamps('splitLeaveOneOut', interactions);
  const keep = firstOccurrences(interactions, timestamps);
  const labels = keep.map((kept) => (kept ? 0 : leftOut));
  const { offsets, rows } = rowsByUser(interactions, keep);
  for (let user = 0; user < interactions.numUsers; user++) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    if (own.length < 3) continue;
    own.sort((a, b) => timestamps[a]! - timestamps[b]! || a - b);
    labels[own.at(-1)!] = 2;
    labels[own.at(-2)!] = 1;
  }
  return collectSplits(interactions, labels);
}
