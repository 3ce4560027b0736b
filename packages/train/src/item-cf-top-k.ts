import {
  clearMissingRows,
  defineOptions,
  itemsByUser,
  type FeatureMatrix,
  type Interactions,
} from '@mmrec/core';
import { knnGraph, transpose } from '@mmrec/graph';
import { selectTopK, type SyncTopK } from '@mmrec/metrics';
import { checkFeatureRows } from './check-feature-rows.js';

/** Options of {@link itemCfTopK}. */
export interface ItemCfOptions {
  /** Nearest items that count for an item, k. Default 50. */
  numNeighbors: number;
  /**
   * Shrinks the similarity of items whose features are short, ≥ 0; 0 (the default): cosines as they are. In units of the mean
   * squared length of the features.
   */
  shrinkage: number;
}

/** Rules of {@link ItemCfOptions}. */
export const itemCfOptions = defineOptions<ItemCfOptions>({
  numNeighbors: {
    kind: 'integer',
    default: 50,
    min: 1,
    description: 'Nearest items that count for an item.',
  },
  shrinkage: {
    kind: 'number',
    default: 0,
    min: 0,
    description: 'How much similarities of short features are shrunk.',
  },
});

/**
 * Ranks items as neighbourhood models do, with the features' similarities in place of co-occurrences: an item's
 * score is the sum of its similarities with those of the user's items that are among its k nearest.
 *
 * $$s_{ui} = \sum_{j \in N_u \cap \mathrm{top}_k(i)} w_{ij}, \qquad
 * w_{ij} = \frac{x_i \cdot x_j}{\lVert x_i \rVert \lVert x_j \rVert + h\, \overline{\lVert x \rVert^2}}$$
 *
 * with the nearest by cosine, h the shrinkage. Items of equal score by number. Time: all pairs of items once, then
 * a user's items times their neighbours.
 *
 * @param features - Of the items, `[numItems, columns]`, finite; not changed.
 * @param history - What users have: training interactions.
 * @param given - `numNeighbors` (50) and `shrinkage` (0).
 * @throws {TypeError | RangeError} If there isn't a row an item, or for an option that is not allowed.
 * @see Ferrari Dacrema et al., Are we really making much progress?, RecSys 2019, §3.1 (ItemKNN-CBF).
 * https://arxiv.org/abs/1907.06902
 * @example
 * ```ts
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 2, 1) };
 * const history = { numUsers: 1, numItems: 3, users: Int32Array.of(0), items: Int32Array.of(0) };
 * itemCfTopK(features, history, { numNeighbors: 1 })({ users: Int32Array.of(0), k: 2 }) // => [2, 0]
 * ```
 */
export function itemCfTopK(
  features: FeatureMatrix,
  history: Interactions,
  given: Partial<ItemCfOptions> = {},
): SyncTopK {
  const { numNeighbors, shrinkage } = itemCfOptions.resolve('itemCfTopK', given);
  checkFeatureRows('itemCfTopK', features, history);
  const nearest = knnGraph(features, { k: numNeighbors, includeSelf: false });
  const cleared = clearMissingRows(features);
  if (shrinkage > 0) shrink(nearest.values, { ...nearest, features: cleared, shrinkage });
  // Row j: the items that have item j among their nearest.
  const { offsets, indices, values } = transpose(nearest);
  const lists = itemsByUser(history);
  return ({ users, k, exclude }) => {
    const out = new Int32Array(users.length * k);
    const scores = new Float32Array(features.rows);
    users.forEach((user, row) => {
      scores.fill(0);
      for (let at = lists.offsets[user]!; at < lists.offsets[user + 1]!; at++) {
        const item = lists.items[at]!;
        for (let entry = offsets[item]!; entry < offsets[item + 1]!; entry++) {
          scores[indices[entry]!]! += values[entry]!;
        }
      }
      if (exclude) {
        const [from, to] = [exclude.offsets[user], exclude.offsets[user + 1]];
        for (const item of exclude.items.subarray(from, to)) scores[item] = NaN;
      }
      out.set(selectTopK(scores, k), row * k);
    });
    return out;
  };
}

/** Multiplies each cosine by `n_i n_j / (n_i n_j + shrinkage · mean n²)`, n the lengths of the features. */
function shrink(
  values: Float32Array,
  {
    offsets,
    indices,
    features: { rows, columns, data },
    shrinkage,
  }: {
    readonly offsets: Int32Array;
    readonly indices: Int32Array;
    readonly features: FeatureMatrix;
    readonly shrinkage: number;
  },
): void {
  const lengths = Float64Array.from({ length: rows }, (_, row) => {
    const values = data.subarray(row * columns, (row + 1) * columns);
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  });
  const present = lengths.filter((length) => length > 0);
  const mean = present.reduce((sum, length) => sum + length ** 2, 0) / present.length;
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const product = lengths[row]! * lengths[indices[entry]!]!;
      values[entry]! *= product / (product + shrinkage * mean);
    }
  }
}
