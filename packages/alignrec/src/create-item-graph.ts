import type { CsrMatrix, FeatureMatrix } from '@mmrec/core';
import { knnGraph, normalizeSymmetric, rowSums } from '@mmrec/graph';
import type { AlignRecOptions } from './options.js';

/**
 * The item–item graph: each item's nearest by the cosine of their unified features, weighted by it.
 *
 * `published`: the item itself is among its `numNeighbors`, and an edge is divided by the roots of the row sums
 * of both ends. `paper`: other items only, and none of a negative cosine; divided by the roots of the item's row
 * sum and of the neighbour's column sum.
 *
 * @throws {RangeError} If there are not more items than neighbours, the features are not finite, or, in
 *   `published`, an item's cosines sum up to less than zero.
 */
export function createItemGraph(
  features: FeatureMatrix,
  { numNeighbors: k, variant }: Pick<AlignRecOptions, 'numNeighbors' | 'variant'>,
): CsrMatrix {
  if (k >= features.rows) {
    throw new RangeError(
      `createAlignRec: numNeighbors must be below the number of items, ${features.rows}, got ${k}.`,
    );
  }
  if (variant === 'published') {
    const graph = knnGraph(features, { k });
    const sums = rowSums(graph);
    const item = sums.findIndex((sum) => sum < 0);
    if (item >= 0) {
      throw new RangeError(
        `createAlignRec: the cosines of an item's features with its ${k} nearest must sum up to ≥ 0, got ${sums[item]!.toFixed(3)} for item ${item}. Variant 'paper' takes such features.`,
      );
    }
    return normalizeSymmetric(graph, { degrees: 'rows' });
  }
  const graph = knnGraph(features, { k, includeSelf: false });
  return normalizeSymmetric({
    ...graph,
    values: graph.values.map((cosine) => Math.max(cosine, 0)),
  });
}
