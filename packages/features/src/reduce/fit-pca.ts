import { createRng, defineOptions, type FeatureMatrix, type Rng } from '@mmrec/core';
import type { FeatureTable } from '../files/feature-table.js';
import { asTable, forEachRow, rowTransform, type FeatureTransform } from './feature-transform.js';
import { randomizedEigen } from './randomized-eigen.js';

/** Options of {@link fitPca}. */
export interface PcaOptions {
  /** Columns to keep, at most those there are. */
  readonly components: number;
  /** Divide each component by its standard deviation. */
  readonly whiten: boolean;
  /** Further directions followed, for accuracy. */
  readonly oversampling: number;
  /** Passes over the rows that sharpen the directions. */
  readonly iterations: number;
}

const options = defineOptions<PcaOptions>({
  components: { kind: 'integer', default: 64, min: 1, description: 'Columns to keep.' },
  whiten: { kind: 'boolean', default: false, description: 'Give each component variance 1.' },
  oversampling: { kind: 'integer', default: 10, min: 0, description: 'Further directions.' },
  iterations: { kind: 'integer', default: 4, min: 0, description: 'Power iterations.' },
});

/** Principal components, as {@link fitPca} found them. */
export interface Pca extends FeatureTransform {
  /** `[inputColumns]` */
  readonly mean: Float64Array;
  /** Unit directions, the one of most variance first, `[columns, inputColumns]`. */
  readonly directions: Float64Array;
  /** Variance along each, `[columns]`; 0 beyond the features' rank. */
  readonly variances: Float64Array;
  /** Variance of all columns together. */
  readonly totalVariance: number;
}

/**
 * Principal component analysis, and with `whiten` PCA whitening, of features that may be larger than the memory.
 *
 * $$y = V^\top (x - \mu), \qquad y_i \leftarrow y_i / \sqrt{\lambda_i} \text{ where whitened}$$
 *
 * V and λ are the leading eigenvectors and eigenvalues of the covariance of the rows (divided by n − 1), found by
 * randomised subspace iteration: a pass over the rows for the mean, one for each iteration and one more, a block of
 * rows in memory at a time. Beside that it holds `components + oversampling` vectors. Where these are all the columns
 * the result is exact. The same rows and source of randomness give the same numbers. Rows of zeros, of items without
 * features, are left out and stay zero; directions beyond the rank give zeros.
 *
 * @param features - In memory or in a file; not changed.
 * @param given - `components` (64), `whiten` (false), `oversampling` (10), `iterations` (4).
 * @param rng - Draws the first directions; seed 1 by default.
 * @throws {TypeError | RangeError} For an unknown option or one out of range, more components than columns, or
 *   fewer than two rows.
 * @see Halko, Martinsson and Tropp, Finding structure with randomness, SIAM Review 2011. https://arxiv.org/abs/0909.4061
 * @example
 * ```ts
 * // Points on a line: one direction carries all there is.
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 1, 2, 2, 3, 3) };
 * const pca = await fitPca(features, { components: 1 });
 * [...pca.apply(features.data)] // => [-1.4142, 0, 1.4142]
 * [pca.variances[0], pca.totalVariance] // => [2, 2]
 * ```
 */
export async function fitPca(
  features: FeatureMatrix | FeatureTable,
  given: Partial<PcaOptions> = {},
  rng: Rng = createRng(1),
): Promise<Pca> {
  const { components, whiten, oversampling, iterations } = options.resolve('fitPca', given);
  const table = asTable(features);
  const { columns: size } = table;
  if (components > size) {
    throw new RangeError(
      `fitPca: components must be at most the ${size} columns of the features, got ${components}.`,
    );
  }
  const { mean, count } = await meanRow(table);
  if (count < 2) {
    throw new RangeError(
      `fitPca: features must have at least 2 rows that aren't zero, got ${count}.`,
    );
  }
  const covariance = covarianceOf(table, { mean, count });
  const { values: variances, vectors: directions } = await randomizedEigen(covariance.multiply, {
    ...{ size, count: components, oversampling, iterations, rng },
  });
  const scales = variances.map((variance) =>
    whiten ? (variance > 0 ? 1 / Math.sqrt(variance) : 0) : 1,
  );
  const project = (row: Float32Array, out: Float32Array) => {
    for (let i = 0; i < components; i++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (row[k]! - mean[k]!) * directions[i * size + k]!;
      out[i] = sum * scales[i]!;
    }
  };
  const sizes = { inputColumns: size, columns: components };
  const totalVariance = covariance.trace();
  return { ...rowTransform(sizes, project), mean, directions, variances, totalVariance };
}

async function meanRow(table: FeatureTable): Promise<{ mean: Float64Array; count: number }> {
  const sums = new Float64Array(table.columns);
  let count = 0;
  await forEachRow(table, (row) => {
    count++;
    for (let k = 0; k < row.length; k++) sums[k]! += row[k]!;
  });
  return { mean: sums.map((sum) => sum / Math.max(1, count)), count };
}

/** Products with the covariance matrix, which is never made. */
function covarianceOf(table: FeatureTable, { mean, count }: { mean: Float64Array; count: number }) {
  const size = table.columns;
  let squares = 0;
  const multiply = async (vectors: Float64Array): Promise<Float64Array> => {
    const product = new Float64Array(vectors.length);
    const centred = new Float64Array(size);
    squares = 0;
    await forEachRow(table, (row) => {
      for (let k = 0; k < size; k++) {
        const value = row[k]! - mean[k]!;
        centred[k] = value;
        squares += value * value;
      }
      addProjections(product, vectors, centred);
    });
    return product.map((sum) => sum / (count - 1));
  };
  return { multiply, trace: () => squares / (count - 1) };
}

/** Adds to each row of `product` the row's own vector times its inner product with `vectors`' row. */
function addProjections(product: Float64Array, vectors: Float64Array, row: Float64Array): void {
  const size = row.length;
  for (let start = 0; start < vectors.length; start += size) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += row[k]! * vectors[start + k]!;
    if (sum === 0) continue;
    for (let k = 0; k < size; k++) product[start + k]! += sum * row[k]!;
  }
}
