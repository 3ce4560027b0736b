import { countRecommended } from './count-recommended.js';
import type { TopLists } from './top-k.js';

/**
 * Catalogue coverage: the share of all items that at least one list recommends.
 *
 * $$\mathrm{coverage} = \frac{|\bigcup_u L_u|}{|I|}$$
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param numItems - Number of items in the catalogue.
 * @returns From 0 to 1.
 * @throws {RangeError} If an item is not an index below `numItems`.
 * @example
 * ```ts
 * const lists = { users: new Int32Array([0, 1]), items: new Int32Array([3, 0, 3, -1]), k: 2 };
 * itemCoverage(lists, 8) // => 0.25
 * ```
 */
export function itemCoverage(lists: TopLists, numItems: number): number {
  const counts = countRecommended('itemCoverage', lists, numItems);
  return counts.reduce((covered, count) => covered + (count > 0 ? 1 : 0), 0) / numItems;
}
