import type { FeatureMatrix } from '@mmrec/core';
import { createStandardizer } from '@mmrec/features';
import { fitRidge, type DenseRows } from '@mmrec/ops';

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
 * A map from features to embeddings as plain numbers, to be kept in files and used without a back end:
 * $\hat e = a + \sum_m (x_m - \mu_m) A_m$, over the modalities m that an item has.
 */
export interface ContentMap {
  /** a, what an item without any features gets, `[d]`. */
  readonly average: Float32Array;
  readonly modalities: Readonly<
    Record<
      string,
      {
        /** $\mu_m$, `[columns]`. */
        readonly mean: Float32Array;
        /** $A_m$, row-major, `[columns · d]`. */
        readonly weight: Float32Array;
      }
    >
  >;
}

/**
 * Learns what a trained model's item embeddings $e_i$ have to do with the items' features, by ridge regression:
 *
 * $$\hat e_i = \bar e + s\, W z_i$$
 *
 * with $z_i$ the modalities side by side ({@link createStandardizer}), zeros where one is missing, and the penalty
 * chosen on every fifth warm item ({@link fitRidge}). Ridge draws embeddings towards their mean, the more the less
 * features tell, and beside warm items new ones would never be recommended. So s makes the deviations from the mean
 * as long, on average, as those of the warm items; the order of new items among themselves stays.
 *
 * @throws {RangeError} For no modality, or fewer than 2 warm items.
 * @see Gantner et al., Learning attribute-to-feature mappings for cold-start recommendations, ICDM 2010.
 * @example
 * ```ts
 * const visual = { rows: 4, columns: 1, data: Float32Array.of(0, 1, 2, 3) };
 * const embeddings = Float32Array.of(1, 3, 5, 0); // 1 + 2 x, and nothing is known of item 3
 * const { average, modalities } = fitContentMap({ embeddings, features: { visual }, warmItems: Int32Array.of(0, 1, 2) });
 * [average[0], modalities.visual.mean[0], Math.round(modalities.visual.weight[0])] // => [3, 1, 2]
 * ```
 */
export function fitContentMap(inputs: ContentEmbeddingInputs): ContentMap {
  const { features, warmItems } = inputs;
  checkContentInputs('fitContentMap', inputs);
  const standardize = createStandardizer(features, warmItems);
  const rows = standardize(features, warmItems);
  const targets = warmTargets(inputs);
  const { weight, means, map } = fitRidge({ inputs: rows, targets });
  const stretch = stretchTo(targets, map(rows), means.targets);
  const d = targets.columns;
  let start = 0;
  const modalities = standardize.scales.map(({ name, mean: center, factor }) => {
    const part = weight.subarray(start * d, (start + center.length) * d);
    start += center.length;
    return [name, { mean: center, weight: part.map((value) => value * stretch * factor) }] as const;
  });
  return { average: Float32Array.from(means.targets), modalities: Object.fromEntries(modalities) };
}

/** @throws {RangeError} See {@link fitContentMap}. */
export function checkContentInputs(
  where: string,
  { features, warmItems }: ContentEmbeddingInputs,
): void {
  if (Object.keys(features).length === 0) {
    throw new RangeError(`${where}: features must hold at least one modality, got none.`);
  }
  if (warmItems.length < 2) {
    throw new RangeError(`${where}: warmItems must be at least 2, got ${warmItems.length}.`);
  }
}

/** The embeddings of the warm items. */
export function warmTargets({
  embeddings,
  features,
  warmItems,
}: ContentEmbeddingInputs): DenseRows {
  const columns = embeddings.length / Object.values(features)[0]!.rows;
  const data = new Float32Array(warmItems.length * columns);
  warmItems.forEach((row, at) => {
    data.set(embeddings.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: warmItems.length, columns, data };
}

/** The mean of some rows, `[columns]`. */
export function meanRow({ rows, columns, data }: DenseRows): Float64Array {
  const mean = new Float64Array(columns);
  data.forEach((value, at) => (mean[at % columns]! += value / rows));
  return mean;
}

/** What makes the fitted rows' deviations from the mean as long as those of the targets, on average. */
export function stretchTo(targets: DenseRows, fitted: Float32Array, mean: Float64Array): number {
  // Unseen features say less than those learned from; but these are all there are.
  return meanDistance(targets, mean) / (meanDistance({ ...targets, data: fitted }, mean) || 1);
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
