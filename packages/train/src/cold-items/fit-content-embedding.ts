import { defineOptions, type FeatureMatrix, type OptionsDefinition } from '@mmrec/core';
import { createStandardizer, normalizeFeatureRows } from '@mmrec/features';
import { createTopK, valuesOf, type DenseRows } from '@mmrec/ops';
import { dispose, matMul, tensor2d } from '@tensorflow/tfjs-core';
import {
  checkContentInputs,
  fitContentMap,
  meanRow,
  stretchTo,
  warmTargets,
  type ContentEmbeddingInputs,
  type ContentMap,
} from './fit-content-map.js';

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
 * `ridge` is {@link fitContentMap}. `neighbors`, with $z_i$ the modalities side by side ({@link createStandardizer})
 * and zeros where one is missing, takes the mean of the nearest, $\frac1k \sum_{j \in \mathrm{top}_k \cos(z_i, z_j)} e_j$,
 * stretched in the same way.
 *
 * An item that lacks all modalities gets the mean embedding.
 *
 * @throws {TypeError | RangeError} For options that are not allowed, no modality, or fewer than 2 warm items.
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
  inputs: ContentEmbeddingInputs,
  given: Partial<ContentEmbeddingOptions> = {},
): ContentEmbedding {
  const where = 'fitContentEmbedding';
  const { method, numNeighbors } = contentEmbeddingOptions.resolve(where, given);
  checkContentInputs(where, inputs);
  return method === 'ridge' ? byMap(fitContentMap(inputs)) : byNeighbors(inputs, numNeighbors);
}

function byMap({ average, modalities }: ContentMap): ContentEmbedding {
  const d = average.length;
  return (features, items) => {
    const made = new Float32Array(items.length * d);
    if (items.length === 0) return made;
    for (let at = 0; at < made.length; at++) made[at] = average[at % d]!;
    for (const [name, { mean, weight }] of Object.entries(modalities)) {
      const rows = deviations(features[name]!, items, mean);
      const told = valuesOf(() =>
        matMul(tensor2d(rows, [items.length, mean.length]), tensor2d(weight, [mean.length, d])),
      );
      for (let at = 0; at < made.length; at++) made[at]! += told[at]!;
    }
    return made;
  };
}

/** Rows of items, centred; zeros where they are missing. */
function deviations(
  { columns, data, missing }: FeatureMatrix,
  items: Int32Array,
  mean: Float32Array,
): Float32Array {
  const rows = new Float32Array(items.length * columns);
  items.forEach((item, at) => {
    if (missing?.[item]) return;
    for (let c = 0; c < columns; c++) rows[at * columns + c] = data[item * columns + c]! - mean[c]!;
  });
  return rows;
}

function byNeighbors(inputs: ContentEmbeddingInputs, numNeighbors: number): ContentEmbedding {
  const { features, warmItems } = inputs;
  const standardize = createStandardizer(features, warmItems);
  const known = standardize(features, warmItems);
  const targets = warmTargets(inputs);
  const map = meanOfNearest(known, targets, Math.min(numNeighbors, warmItems.length));
  const mean = meanRow(targets);
  const stretch = stretchTo(targets, map(known), mean);
  return (others, items) => {
    const rows = standardize(others, items);
    const d = targets.columns;
    return map(rows).map((value, at) => {
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

const isZero = ({ columns, data }: DenseRows, row: number) => {
  for (let at = row * columns; at < (row + 1) * columns; at++) if (data[at] !== 0) return false;
  return true;
};
