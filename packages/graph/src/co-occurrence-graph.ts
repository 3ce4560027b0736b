import { defineOptions, itemsByUser, type CsrMatrix, type Interactions } from '@mmrec/core';
import { createNearestCandidates } from './nearest-candidates.js';

/** Options of {@link coOccurrenceGraph}. */
export interface CoOccurrenceGraphOptions {
  /** Neighbours that each item keeps, ≥ 1; default 10. */
  readonly k: number;
}

const options = defineOptions<CoOccurrenceGraphOptions>({
  k: { kind: 'integer', default: 10, min: 1, description: 'Neighbours that each item keeps.' },
});

/**
 * Directed graph of the `k` other items whose users each item shares most, by the cosine of their sets of users.
 *
 * $$C_{ij} = \frac{|U_i \cap U_j|}{\sqrt{|U_i|\,|U_j|}} \text{ if } j \in \mathrm{top}_k(i), \text{ else } 0$$
 *
 * Equal cosines: the lower index. Items that share no user with another have no neighbours. Time: the sum over
 * users of their items squared; memory: a number an item beside the result.
 *
 * @returns `[numItems, numItems]`; row `i` holds the neighbours of item `i`, columns ascending.
 * @throws {RangeError} If `k` is not an integer ≥ 1.
 * @example
 * ```ts
 * const interactions = {
 *   numUsers: 2, numItems: 3, users: Int32Array.of(0, 0, 1, 1), items: Int32Array.of(0, 1, 1, 2),
 * };
 * const graph = coOccurrenceGraph(interactions, { k: 1 });
 * [...graph.indices] // => [1, 0, 1]
 * [...graph.values] // => [0.7071, 0.7071, 0.7071]
 * ```
 */
export function coOccurrenceGraph(
  interactions: Interactions,
  given: Partial<CoOccurrenceGraphOptions> = {},
): CsrMatrix {
  const { k } = options.resolve('coOccurrenceGraph', given);
  const { numUsers, numItems, users, items } = interactions;
  const ofUsers = itemsByUser(interactions);
  const swapped = { numUsers: numItems, numItems: numUsers, users: items, items: users };
  const ofItems = itemsByUser(swapped);
  const degree = (item: number) => ofItems.offsets[item + 1]! - ofItems.offsets[item]!;
  const nearest = createNearestCandidates(numItems, Math.min(k, Math.max(numItems, 1)));
  const counts = new Int32Array(numItems);
  for (let item = 0; item < numItems; item++) {
    const others: number[] = [];
    for (let at = ofItems.offsets[item]!; at < ofItems.offsets[item + 1]!; at++) {
      const user = ofItems.items[at]!;
      for (let place = ofUsers.offsets[user]!; place < ofUsers.offsets[user + 1]!; place++) {
        const other = ofUsers.items[place]!;
        if (other !== item && counts[other]!++ === 0) others.push(other);
      }
    }
    for (const other of others) {
      nearest.offer(item, other, counts[other]! / Math.sqrt(degree(item) * degree(other)));
      counts[other] = 0;
    }
  }
  return nearest.toCsr();
}
