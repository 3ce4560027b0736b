import { checkedHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Reciprocal rank of a ranked list: one over the position, counted from 1, of its first relevant
 * item; 0 when none is among the first k. The mean over users is the mean reciprocal rank (MRR).
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns 0, or from 1/k to 1.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * mrrAtK([4, 7, 1, 9], [7, 9], 3) // => 0.5
 * ```
 */
export function mrrAtK(ranked: ArrayLike<number>, relevant: RelevantItems, k: number): number {
  return mrr(checkedHits('mrrAtK', { ranked, relevant, k }), k);
}

/** Reciprocal rank of a marked list. */
export function mrr({ hits }: HitList, k: number): number {
  const first = hits.indexOf(1);
  return first === -1 || first >= k ? 0 : 1 / (first + 1);
}
