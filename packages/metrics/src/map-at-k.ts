import { checkedHits, type HitList, type RelevantItems } from './hit-list.js';

/**
 * Average precision of a ranked list: the precision at each hit among its first k, summed and
 * divided by the most hits possible there. The mean over users is the mean average precision (MAP).
 *
 * $$\mathrm{AP@}k = \frac{1}{\min(k, |\mathrm{relevant}|)} \sum_{j \le k} \mathrm{hit}_j \cdot \mathrm{precision@}j$$
 *
 * @param ranked - Item indices, best first; −1 for an empty place; may be shorter than k.
 * @param relevant - Item indices that count as hits, at least one.
 * @param k - Cut-off, an integer ≥ 1.
 * @returns From 0 to 1.
 * @throws {RangeError} If k is not a positive integer or nothing is relevant.
 * @example
 * ```ts
 * mapAtK([4, 7, 1, 9], [7, 9], 4) // => 0.5
 * ```
 */
export function mapAtK(ranked: ArrayLike<number>, relevant: RelevantItems, k: number): number {
  return map(checkedHits('mapAtK', { ranked, relevant, k }), k);
}

/** Average precision of a marked list. */
export function map({ hits, numRelevant }: HitList, k: number): number {
  let found = 0;
  let sum = 0;
  for (let at = 0; at < Math.min(k, hits.length); at++) {
    if (hits[at] === 1) sum += ++found / (at + 1);
  }
  return sum / Math.min(k, numRelevant);
}
