import { discountedGain, idealGain } from './discounted-gain.js';
import { checkedHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Normalised discounted cumulative gain (NDCG) of a ranked list with binary relevance: the gain of
 * its hits, later ones counting less, over that of the best list possible.
 *
 * $$\mathrm{NDCG@}k = \frac{\sum_{j \le k} \mathrm{hit}_j / \log_2(j + 1)}{\sum_{j \le \min(k, |\mathrm{relevant}|)} 1 / \log_2(j + 1)}$$
 *
 * The ideal list holds min(|relevant|, k) hits: the textbook form, named protocol `mmrec` here.
 * {@link latticeNdcgAtK} has the other one.
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns From 0 to 1.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @see Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, TOIS 2002, §2.
 * @example
 * ```ts
 * ndcgAtK([4, 7, 1, 9], [7, 9], 4) // => 0.6509
 * ```
 */
export function ndcgAtK(ranked: ArrayLike<number>, relevant: RelevantItems, k: number): number {
  return ndcg(checkedHits('ndcgAtK', { ranked, relevant, k }), k);
}

/** NDCG of a marked list, ideal over the relevant items. */
export function ndcg(list: HitList, k: number): number {
  return discountedGain(list, k) / idealGain(Math.min(list.numRelevant, k));
}
