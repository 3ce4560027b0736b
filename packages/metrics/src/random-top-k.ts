import type { RandomStream, Rng } from '@mmrec/core';
import { checkNumItems } from './count-items.js';
import { checkRequest, itemsOf, type SyncTopK } from './top-k.js';

/**
 * Ranks items in random order, an own one for each user: the floor under every number.
 *
 * A user's order depends on the source and the user's index only; a longer list begins with the
 * shorter one, and excluding items leaves the order of the others.
 *
 * @param rng - Source of the orders.
 * @param numItems - Number of items in the catalogue.
 * @throws {RangeError} If `numItems` is not a positive integer.
 * @example
 * ```ts
 * import { createRng } from '@mmrec/core';
 * const topK = randomTopK(createRng(1), 3);
 * topK({ users: new Int32Array([0]), k: 3 }).toSorted() // => [0, 1, 2]
 * ```
 */
export function randomTopK(rng: Rng, numItems: number): SyncTopK {
  checkNumItems('randomTopK', numItems);
  return (request) => {
    checkRequest('randomTopK', request);
    const { users, k, exclude } = request;
    const out = new Int32Array(users.length * k).fill(-1);
    users.forEach((user, row) => {
      const excluded = new Set(exclude ? itemsOf(exclude, user) : []);
      let place = 0;
      for (const item of randomOrder(rng.stream(`user/${user}`), numItems)) {
        if (!excluded.has(item)) out[row * k + place++] = item;
        if (place === k) break;
      }
    });
    return out;
  };
}

/** The integers below n in random order, made as far as they are asked for (Fisher–Yates on a sparse array). */
function* randomOrder(stream: RandomStream, n: number): Generator<number> {
  const moved = new Map<number, number>();
  for (let at = 0; at < n; at++) {
    const drawn = at + stream.integer(n - at);
    yield moved.get(drawn) ?? drawn;
    moved.set(drawn, moved.get(at) ?? at);
  }
}
