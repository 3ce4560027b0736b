import { checkedHits, countHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Hit rate of a ranked list: 1 when a relevant item is among its first k, else 0.
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns 0 or 1.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * hitAtK([4, 7, 1, 9], [9], 3) // => 0
 * ```
 */
export function hitAtK(ranked: ArrayLike<number>, relevant: RelevantItems, k: number): number {
  return hit(checkedHits('hitAtK', { ranked, relevant, k }), k);
}

/** Hit rate of a marked list. */
export function hit(list: HitList, k: number): number {
  return countHits(list, k) > 0 ? 1 : 0;
}
