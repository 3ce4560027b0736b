import { defineOptions, type FeatureMatrix, type OptionsDefinition } from '@mmrec/core';
import { createStandardizer, normalizeFeatureRows } from '@mmrec/features';
import { createTopK, fitRidge, type DenseRows } from '@mmrec/ops';
import { dispose, tensor2d } from '@tensorflow/tfjs-core';

/** Options of {@link fitContentEmbedding}. */
export interface ContentEmbeddingOptions {
  /** `ridge` (the default): a linear map. `neighbors`: the mean of the items that are nearest by their features. */
  readonly method: 'ridge' | 'neighbors';
  /** Items in the mean of `neighbors`, ≥ 1, default 30. */
  readonly numNeighbors: number;
}

/** Rules and defaults of {@link ContentEmbeddingOptions}. */
export const contentEmbeddingOptions: OptionsDefinition<ContentEmbeddingOptions> =
  defineOptions<ContentEmbeddingOptions>({
    method: {
      kind: 'choice',
      default: 'ridge',
      choices: ['ridge', 'neighbors'],
      description: 'How features become embeddings.',
    },
    numNeighbors: { kind: 'integer', default: 30, min: 1, description: 'Items in the mean.' },
  });

/** What a map from features to embeddings is fitted to. */
export interface ContentEmbeddingInputs {
  /** Final item embeddings of any trained model, row-major, `[numItems · d]`; those of other items are not looked at. */
  readonly embeddings: Float32Array;
  /** Item features by modality, a row an item; items may lack some. */
  readonly features: Readonly<Record<string, FeatureMatrix>>;
  /** Items to learn from: those that the model has seen interactions of. */
  readonly warmItems: Int32Array;
}

/**
 * Embeddings of some items from their features, row-major, `[items · d]`. The features may be those of other items
 * than the map was fitted to, of the same modalities and widths.
 */
export type ContentEmbedding = (
  features: Readonly<Record<string, FeatureMatrix>>,
  items: Int32Array,
) => Float32Array;

/**
 * Learns what a trained model's item embeddings have to do with the items' features, so that an item without any
 * interactions gets an embedding: one map for whatever model, fitted to its final embeddings $e_i$.
 *
 * With $z_i$ the modalities side by side ({@link createStandardizer}) and zeros where one is missing:
 *
 * $$\hat e_i = W z_i + \bar e \qquad \text{or} \qquad \hat e_i = \frac1k \sum_{j \in \mathrm{top}_k \cos(z_i, z_j)} e_j$$
 *
 * W by ridge regression, its penalty chosen on every fifth warm item (`fitRidge` of `@mmrec/ops`). Both draw
 * embeddings towards their mean, the more the less features tell; beside warm items, new ones would never be
 * recommended. So the deviations from the mean are stretched until they are as long, on average, as those of the
 * warm items: $\bar e + s (\hat e_i - \bar e)$, which leaves the order of new items among themselves as it is.
 *
 * An item that lacks all modalities gets the mean embedding.
 *
 * @throws {TypeError | RangeError} For options that are not allowed, no modality, or fewer than 2 warm items.
 * @see Gantner et al., Learning attribute-to-feature mappings for cold-start recommendations, ICDM 2010.
 * @example
 * ```ts
 * const visual = { rows: 4, columns: 1, data: Float32Array.of(0, 1, 2, 3) };
 * const embeddings = Float32Array.of(1, 3, 5, 0); // 1 + 2 x, and nothing is known of item 3
 * const embed = fitContentEmbedding({ embeddings, features: { visual }, warmItems: Int32Array.of(0, 1, 2) });
 * const [first, last] = embed({ visual }, Int32Array.of(0, 2));
 * [Math.round(first), Math.round(last)] // => [1, 5]
 * ```
 */
export function fitContentEmbedding(
  { embeddings, features, warmItems }: ContentEmbeddingInputs,
  given: Partial<ContentEmbeddingOptions> = {},
): ContentEmbedding {
  const where = 'fitContentEmbedding';
  const { method, numNeighbors } = contentEmbeddingOptions.resolve(where, given);
  const [first] = Object.values(features);
  if (!first) throw new RangeError(`${where}: features must hold at least one modality, got none.`);
  if (warmItems.length < 2) {
    throw new RangeError(`${where}: warmItems must be at least 2, got ${warmItems.length}.`);
  }
  const standardize = createStandardizer(features, warmItems);
  const inputs = standardize(features, warmItems);
  const targets = rowsOf(embeddings, embeddings.length / first.rows, warmItems);
  const map =
    method === 'ridge'
      ? fitRidge({ inputs, targets }).map
      : meanOfNearest(inputs, targets, Math.min(numNeighbors, warmItems.length));
  const mean = meanRow(targets);
  // Unseen features say less than those learned from; but these are all there are.
  const fitted = { ...targets, data: map(inputs) };
  const stretch = meanDistance(targets, mean) / (meanDistance(fitted, mean) || 1);
  return (others, items) => {
    const rows = standardize(others, items);
    const d = targets.columns;
    const made = map(rows);
    return made.map((value, at) => {
      const c = at % d;
      return isZero(rows, Math.floor(at / d)) ? mean[c]! : mean[c]! + stretch * (value - mean[c]!);
    });
  };
}

function meanOfNearest(
  inputs: FeatureMatrix,
  targets: DenseRows,
  k: number,
): (rows: FeatureMatrix) => Float32Array {
  const units = (matrix: FeatureMatrix) =>
    tensor2d(normalizeFeatureRows(matrix).data, [matrix.rows, matrix.columns]);
  return (rows) => {
    const tables = { users: units(rows), items: units(inputs) };
    const all = Int32Array.from({ length: rows.rows }, (_, row) => row);
    const nearest = createTopK(tables)({ users: all, k });
    dispose(tables);
    const d = targets.columns;
    const out = new Float32Array(rows.rows * d);
    nearest.forEach((item, at) => {
      const row = Math.floor(at / k);
      for (let c = 0; c < d; c++) out[row * d + c]! += targets.data[item * d + c]! / k;
    });
    return out;
  };
}

function rowsOf(data: Float32Array, columns: number, rows: Int32Array): DenseRows {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: rows.length, columns, data: picked };
}

function meanRow({ rows, columns, data }: DenseRows): Float64Array {
  const mean = new Float64Array(columns);
  data.forEach((value, at) => (mean[at % columns]! += value / rows));
  return mean;
}

function meanDistance({ rows, columns, data }: DenseRows, from: Float64Array): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let c = 0; c < columns; c++) square += (data[row * columns + c]! - from[c]!) ** 2;
    total += Math.sqrt(square);
  }
  return total / rows;
}

const isZero = ({ columns, data }: DenseRows, row: number) => {
  for (let at = row * columns; at < (row + 1) * columns; at++) if (data[at] !== 0) return false;
  return true;
};
