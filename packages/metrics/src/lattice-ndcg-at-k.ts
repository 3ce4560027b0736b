import { discountedGain, idealGain } from './discounted-gain.js';
import { checkedHits, countHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * NDCG as LATTICE, MMSSL and DiffMM compute it: the ideal list holds the hits of the *whole*
 * retrieved list, moved to the front and cut at k.
 *
 * $$\mathrm{NDCG@}k = \frac{\sum_{j \le k} \mathrm{hit}_j / \log_2(j + 1)}{\sum_{j \le \min(k, h)} 1 / \log_2(j + 1)}$$
 *
 * where h is the number of hits in all of `ranked`. Never below {@link ndcgAtK}, and dependent on
 * the length of `ranked` (20 in the published tables): values of the two don't compare.
 *
 * @param ranked - Item indices, best first; −1 for an empty place; all of it defines the ideal.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns From 0 to 1; 0 for a list without hits.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * latticeNdcgAtK([4, 7, 1, 9], [7, 9, 2, 3], 2) // => 0.3869
 * ```
 */
export function latticeNdcgAtK(
  ranked: ArrayLike<number>,
  relevant: RelevantItems,
  k: number,
): number {
  return latticeNdcg(checkedHits('latticeNdcgAtK', { ranked, relevant, k }), k);
}

/** NDCG of a marked list, ideal over the hits of the whole list. */
export function latticeNdcg(list: HitList, k: number): number {
  const found = countHits(list, list.hits.length);
  return found === 0 ? 0 : discountedGain(list, k) / idealGain(Math.min(found, k));
}
