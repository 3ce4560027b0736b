import type { ItemLists } from '@mmrec/core';
import { countItems } from './count-items.js';
import { countRecommended } from './count-recommended.js';
import type { TopLists } from './top-k.js';

/**
 * Novelty: mean self-information of the recommended items, in bits; the rarer they were in
 * training, the higher.
 *
 * $$\mathrm{novelty} = \frac{1}{\sum_u |L_u|} \sum_u \sum_{i \in L_u} -\log_2 \frac{\max(n_i, 1)}{|U|}$$
 *
 * with nᵢ the training users of item i. An item without any counts as if it had one.
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param train - Training items of each user, each item once.
 * @param numItems - Number of items in the catalogue.
 * @returns From 0 to log₂ of the number of users; NaN when nothing is recommended.
 * @throws {RangeError} If an item is not an index below `numItems`.
 * @see Zhou et al., Solving the apparent diversity-accuracy dilemma of recommender systems, PNAS
 * 2010. https://doi.org/10.1073/pnas.1000488107
 * @example
 * ```ts
 * const train = { offsets: new Int32Array([0, 1, 2, 4, 5]), items: new Int32Array([0, 0, 0, 1, 0]) };
 * const lists = { users: new Int32Array([0, 1]), items: new Int32Array([0, 1]), k: 1 };
 * novelty(lists, train, 2) // => 1
 * ```
 */
export function novelty(lists: TopLists, train: ItemLists, numItems: number): number {
  const popularity = countItems('novelty', train, numItems);
  const numUsers = train.offsets.length - 1;
  let bits = 0;
  let places = 0;
  countRecommended('novelty', lists, numItems).forEach((times, item) => {
    bits -= times * Math.log2(Math.max(popularity[item]!, 1) / numUsers);
    places += times;
  });
  return bits / places;
}
