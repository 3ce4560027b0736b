import type { ItemLists } from '@mmrec/core';
import { checkListed, itemsOf, type TopLists } from './top-k.js';

/** Held-out pairs of a user and an item, and whether the item was in the user's list. */
export interface RetrievedPairs {
  /** Item of each pair, in the order of the lists' users. */
  readonly items: Int32Array;
  /** 1 where the list holds the item. */
  readonly hits: Uint8Array;
}

/**
 * Which held-out items were retrieved, one by one: what recall is made of, for looking at it by item.
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param relevant - Held-out items of each user, each item once.
 * @throws {RangeError} If a user has no list of held-out items.
 * @example
 * ```ts
 * const lists = { users: new Int32Array([1]), items: new Int32Array([4, 2]), k: 2 };
 * const relevant = { offsets: new Int32Array([0, 1, 3]), items: new Int32Array([0, 2, 3]) };
 * [...retrievedPairs(lists, relevant).hits] // => [1, 0]
 * ```
 */
export function retrievedPairs({ users, items, k }: TopLists, relevant: ItemLists): RetrievedPairs {
  checkListed('retrievedPairs', { relevant }, users);
  const wanted: number[] = [];
  const hits: number[] = [];
  users.forEach((user, row) => {
    const list = items.subarray(row * k, (row + 1) * k);
    for (const item of itemsOf(relevant, user)) {
      wanted.push(item);
      hits.push(list.includes(item) ? 1 : 0);
    }
  });
  return { items: Int32Array.from(wanted), hits: Uint8Array.from(hits) };
}
