import type { FeatureMatrix } from '@mmrec/core';
import { countRecommended, eachList } from './count-recommended.js';
import type { TopLists } from './top-k.js';

/**
 * Intra-list diversity: mean cosine distance between the items of a list, averaged over lists.
 *
 * $$\mathrm{ILD}(L) = \frac{2}{|L| (|L| - 1)} \sum_{i < j \in L} 1 - \cos(x_i, x_j)$$
 *
 * Items whose features are missing or all zero are left out, and so are lists with fewer than two
 * others. O(k · columns) for each list: the pairs' cosines add up to (‖Σ x̂‖² − |L|) / 2.
 *
 * @param lists - Recommended items; −1 for empty places.
 * @param features - A row for each item: features, or item embeddings.
 * @returns 0 for lists of equal items to 2; NaN when no list has two items with features.
 * @throws {RangeError} If an item has no row.
 * @example
 * ```ts
 * const features = { rows: 3, columns: 2, data: new Float32Array([1, 0, 0, 1, 2, 0]) };
 * const lists = { users: new Int32Array([0, 1]), items: new Int32Array([0, 1, 0, 2]), k: 2 };
 * intraListDiversity(lists, features) // => 0.5
 * ```
 */
export function intraListDiversity(lists: TopLists, features: FeatureMatrix): number {
  countRecommended('intraListDiversity', lists, features.rows);
  let sum = 0;
  let counted = 0;
  for (const list of eachList(lists)) {
    const diversity = diversityOf(list, features);
    if (diversity === undefined) continue;
    sum += diversity;
    counted++;
  }
  return sum / counted;
}

function diversityOf(list: Int32Array, { columns, data }: FeatureMatrix): number | undefined {
  const total = new Float64Array(columns);
  let n = 0;
  for (const item of list) {
    const row = data.subarray(item * columns, (item + 1) * columns);
    const norm = Math.sqrt(row.reduce((squares, value) => squares + value * value, 0));
    if (norm === 0) continue;
    n++;
    for (let at = 0; at < columns; at++) total[at]! += row[at]! / norm;
  }
  if (n < 2) return undefined;
  const cosines = (total.reduce((squares, value) => squares + value * value, 0) - n) / 2;
  return 1 - cosines / ((n * (n - 1)) / 2);
}
