import type { ItemLists } from '@mmrec/core';
import { countItems } from './count-items.js';
import { checkRequest, itemsOf, type SyncTopK } from './top-k.js';

/**
 * Ranks the same items for everyone, those of most training users first: the baseline that a
 * recommender has to beat.
 *
 * Of equally popular items the lower index comes first; items without training users come last.
 *
 * @param train - Training items of each user, each item once.
 * @param numItems - Number of items in the catalogue.
 * @throws {RangeError} If an item is not an index below `numItems`.
 * @example
 * ```ts
 * const train = { offsets: new Int32Array([0, 2, 3]), items: new Int32Array([1, 2, 2]) };
 * mostPopularTopK(train, 4)({ users: new Int32Array([0]), k: 3 }) // => [2, 1, 0]
 * ```
 */
export function mostPopularTopK(train: ItemLists, numItems: number): SyncTopK {
  const counts = countItems('mostPopularTopK', train, numItems);
  const ranking = Int32Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return (request) => {
    checkRequest('mostPopularTopK', request);
    const { users, k, exclude } = request;
    const out = new Int32Array(users.length * k).fill(-1);
    users.forEach((user, row) => {
      const excluded = new Set(exclude ? itemsOf(exclude, user) : []);
      let place = 0;
      for (let at = 0; at < numItems && place < k; at++) {
        if (!excluded.has(ranking[at]!)) out[row * k + place++] = ranking[at]!;
      }
    });
    return out;
  };
}
