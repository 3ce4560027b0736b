import type { ItemLists } from '@mmrec/core';
import { countItems } from './count-items.js';
import { countRecommended, eachList } from './count-recommended.js';
import { checkListed, itemsOf, type TopLists } from './top-k.js';

/**
 * Popularity lift: how much more popular the recommended items are than those that the same users
 * had chosen themselves.
 *
 * $$\mathrm{lift} = \frac{\overline{p}(L) - \overline{p}(H)}{\overline{p}(H)}, \qquad
 * \overline{p}(S) = \frac{1}{|U|} \sum_u \frac{1}{|S_u|} \sum_{i \in S_u} n_i$$
 *
 * with nᵢ the training users of item i, L the lists and H the users' training items. Users with an
 * empty list or no training items are left out.
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param train - Training items of each user, each item once.
 * @param numItems - Number of items in the catalogue.
 * @returns 0 for the popularity of the histories, 1 for twice as much, from −1; NaN when no user is left.
 * @throws {RangeError} If an item is not an index below `numItems` or a user has no training list.
 * @see Abdollahpouri et al., The connection between popularity bias, calibration, and fairness in
 * recommendation, RecSys 2020. https://doi.org/10.1145/3383313.3418487
 * @example
 * ```ts
 * const train = { offsets: new Int32Array([0, 1, 2, 4]), items: new Int32Array([0, 0, 0, 1]) };
 * const lists = { users: new Int32Array([2]), items: new Int32Array([0]), k: 1 };
 * popularityLift(lists, train, 2) // => 0.5
 * ```
 */
export function popularityLift(lists: TopLists, train: ItemLists, numItems: number): number {
  const { users } = lists;
  checkListed('popularityLift', { train }, users);
  countRecommended('popularityLift', lists, numItems);
  const popularity = countItems('popularityLift', train, numItems);
  const meanOf = (items: Int32Array) =>
    items.reduce((sum, item) => sum + popularity[item]!, 0) / items.length;
  let recommended = 0;
  let chosen = 0;
  let row = 0;
  for (const list of eachList(lists)) {
    const history = itemsOf(train, users[row++]!);
    if (list.length === 0 || history.length === 0) continue;
    recommended += meanOf(list);
    chosen += meanOf(history);
  }
  return (recommended - chosen) / chosen;
}
