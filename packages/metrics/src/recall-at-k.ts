import { checkedHits, countHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Recall of a ranked list: the share of the relevant items that are among its first k.
 *
 * $$\mathrm{recall@}k = \frac{|\mathrm{top}_k \cap \mathrm{relevant}|}{|\mathrm{relevant}|}$$
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns From 0 to 1; below 1 also when more than k items are relevant.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * recallAtK([4, 7, 1, 9], [7, 9, 2], 2) // => 0.3333
 * ```
 */
export function recallAtK(ranked: ArrayLike<number>, relevant: RelevantItems, k: number): number {
  return recall(checkedHits('recallAtK', { ranked, relevant, k }), k);
}

/** Recall of a marked list. */
export function recall(list: HitList, k: number): number {
  return countHits(list, k) / list.numRelevant;
}
