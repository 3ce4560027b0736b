import { countRecommended } from './count-recommended.js';
import type { TopLists } from './top-k.js';

/**
 * Gini index of exposure: how unequally the recommendations are spread over the catalogue.
 *
 * $$G = \frac{\sum_{j=1}^{n} (2j - n - 1)\, c_{(j)}}{n \sum_j c_{(j)}}$$
 *
 * with c₍₁₎ ≤ … ≤ c₍ₙ₎ how often each of the n items is recommended, items never recommended
 * included.
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param numItems - Number of items in the catalogue.
 * @returns 0 when all items are recommended equally often, 1 − 1/n when only one ever is; NaN when
 * nothing is recommended.
 * @throws {RangeError} If an item is not an index below `numItems`.
 * @example
 * ```ts
 * const lists = { users: new Int32Array([0, 1]), items: new Int32Array([0, 1, 0, 2]), k: 2 };
 * giniIndex(lists, 4) // => 0.375
 * ```
 */
export function giniIndex(lists: TopLists, numItems: number): number {
  const counts = countRecommended('giniIndex', lists, numItems).sort();
  let weighted = 0;
  let total = 0;
  counts.forEach((count, at) => {
    weighted += (2 * (at + 1) - numItems - 1) * count;
    total += count;
  });
  return weighted / (numItems * total);
}
