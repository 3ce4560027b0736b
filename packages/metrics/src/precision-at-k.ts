import { checkedHits, countHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Precision of a ranked list: the share of its first k places that hold a relevant item.
 *
 * $$\mathrm{precision@}k = \frac{|\mathrm{top}_k \cap \mathrm{relevant}|}{k}$$
 *
 * Divides by k even where the list is shorter.
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns From 0 to 1.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * precisionAtK([4, 7, 1, 9], [7, 9, 2], 2) // => 0.5
 * ```
 */
export function precisionAtK(
  ranked: ArrayLike<number>,
  relevant: RelevantItems,
  k: number,
): number {
  return precision(checkedHits('precisionAtK', { ranked, relevant, k }), k);
}

/** Precision of a marked list. */
export function precision(list: HitList, k: number): number {
  return countHits(list, k) / k;
}
