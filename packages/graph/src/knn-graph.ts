import { clearMissingRows, defineOptions, type CsrMatrix, type FeatureMatrix } from '@mmrec/core';
import { createNearestCandidates, type NearestCandidates } from './nearest-candidates.js';
import { offerByKernel } from './nearest-by-kernel.js';
import { normalizeRows } from './normalize-rows.js';
import { normalizeSymmetric } from './normalize-symmetric.js';
import { createSimilarityTile, type NormedRows, type SimilarityTile } from './similarity-tile.js';

/** Options of {@link knnGraph}. */
export interface KnnGraphOptions {
  /** Neighbours of each item, the item itself among them with `includeSelf`; ≥ 1, default 10. */
  readonly k: number;
  /** Whether each item is its own first neighbour, with weight 1; default true. */
  readonly includeSelf: boolean;
  /** Weight of an edge: the cosine (the default), or 1. */
  readonly weights: 'cosine' | 'binary';
  /**
   * `'none'` (the default); `'row'`: each row sums to 1; `'symmetric'`: divided by the square roots
   * of the row sums of both ends, as published multimodal models do.
   */
  readonly normalization: 'none' | 'symmetric' | 'row';
  /** Items compared at a time, ≥ 1, default 128. Changes time and memory, not the result. */
  readonly blockSize: number;
}

const options = defineOptions<KnnGraphOptions>({
  k: { kind: 'integer', default: 10, min: 1, description: 'Neighbours of each item.' },
  includeSelf: {
    kind: 'boolean',
    default: true,
    description: 'Whether each item is its own first neighbour.',
  },
  weights: {
    kind: 'choice',
    default: 'cosine',
    choices: ['cosine', 'binary'],
    description: 'Weight of an edge: the cosine, or 1.',
  },
  normalization: {
    kind: 'choice',
    default: 'none',
    choices: ['none', 'symmetric', 'row'],
    description: 'How the weights are normalised.',
  },
  blockSize: {
    kind: 'integer',
    default: 128,
    min: 1,
    description: 'Items compared at a time.',
  },
});

/**
 * Directed graph of each item's `k` nearest neighbours by the cosine of their features.
 *
 * $$S_{ij} = \frac{x_i \cdot x_j}{\|x_i\| \|x_j\|} \text{ if } j \in \mathrm{top}_k(i), \text{ else } 0$$
 *
 * Exact, in float64, and never items² numbers in memory. Where a back end with the kernels of `@mmrec/ops` is in
 * use, they find a few more than `k` candidates of each item in float32, on every core, and float64 decides
 * among these; an item whose candidates are too close to tell is compared with all others. Elsewhere blocks of
 * items are compared with each other in float64, each pair once, in `items² · columns / 2` multiplications and
 * `12 · items · min(k, items) + 8 · (blockSize² + 512 · blockSize)` bytes beside the result.
 *
 * Equal cosines: the lower index is nearer. An item without features (a zero row, or marked `missing`) has no
 * neighbours and is nobody's neighbour, except its own with `includeSelf`. With fewer than `k`
 * candidates an item has all of them.
 *
 * @param features - `[items, columns]`, finite; not changed.
 * @returns `[items, items]`; row `i` holds the neighbours of item `i`, columns ascending.
 * @throws {RangeError} If the data does not fit the shape or is not finite, an option is out of
 * range, or a row that is to be normalised has a negative sum (negative cosines).
 * @see Zhang et al., Mining latent structures for multimedia recommendation, ACM MM 2021, §3.2.
 * https://arxiv.org/abs/2104.09036
 * @example
 * ```ts
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 3, 4, 0, 2) };
 * const graph = knnGraph(features, { k: 1, includeSelf: false });
 * [...graph.indices] // => [1, 2, 1]
 * [...graph.values] // => [0.6, 0.8, 0.8]
 * ```
 */
export function knnGraph(features: FeatureMatrix, given: Partial<KnnGraphOptions> = {}): CsrMatrix {
  const { k, includeSelf, weights, normalization, blockSize } = options.resolve('knnGraph', given);
  const normed = withNorms(clearMissingRows(features));
  const nearest = createNearestCandidates(features.rows, Math.min(k, features.rows));
  if (includeSelf) {
    for (let item = 0; item < features.rows; item++) nearest.offer(item, item, Infinity);
  }
  if (!offerByKernel(normed, k, nearest)) {
    comparePairs(normed, Math.min(blockSize, features.rows), nearest);
  }

  const cosines = nearest.toCsr();
  const graph = weights === 'cosine' ? cosines : { ...cosines, values: cosines.values.fill(1) };
  if (normalization === 'row') return normalizeRows(graph);
  return normalization === 'symmetric' ? normalizeSymmetric(graph, { degrees: 'rows' }) : graph;
}

function withNorms({ rows, columns, data }: FeatureMatrix): NormedRows {
  if (data.length !== rows * columns) {
    const got = `[${rows}, ${columns}] with ${data.length} numbers`;
    throw new RangeError(`knnGraph: features must hold rows × columns numbers, got ${got}.`);
  }
  const inverseNorms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) sum += data[at]! * data[at]!;
    if (!Number.isFinite(sum)) {
      const at = data.findIndex((value) => !Number.isFinite(value));
      const place = `row ${Math.floor(at / columns)}, column ${at % columns}`;
      throw new RangeError(`knnGraph: features must be finite, got ${data[at]} in ${place}.`);
    }
    inverseNorms[row] = sum === 0 ? 0 : 1 / Math.sqrt(sum);
  }
  return { rows, columns, data, inverseNorms };
}

/** Offers every pair of different items with features to both of its ends. */
function comparePairs(features: NormedRows, blockSize: number, nearest: NearestCandidates): void {
  const tile = createSimilarityTile(features, blockSize);
  for (let first = 0; first < features.rows; first += blockSize) {
    for (let second = first; second < features.rows; second += blockSize) {
      tile.compute(first, second);
      offerTile(features, tile, nearest);
    }
  }
}

function offerTile(
  { rows, inverseNorms }: NormedRows,
  { first, second, blockSize, stride, values }: SimilarityTile,
  nearest: NearestCandidates,
): void {
  for (let a = first; a < Math.min(first + blockSize, rows); a++) {
    if (inverseNorms[a] === 0) continue;
    const line = (a - first) * stride - second;
    for (let b = Math.max(second, a + 1); b < Math.min(second + blockSize, rows); b++) {
      if (inverseNorms[b] === 0) continue;
      const similarity = values[line + b]!;
      nearest.offer(a, b, similarity);
      nearest.offer(b, a, similarity);
    }
  }
}
