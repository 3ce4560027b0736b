import { defineOptions, type CsrMatrix } from '@mmrec/core';
import { inverseDegrees } from './inverse-degrees.js';
import { rowSums } from './row-sums.js';
import { scaleMatrix } from './scale-matrix.js';

/** Options of {@link normalizeRows} and {@link normalizeColumns}. */
export interface DegreeNormalizationOptions {
  /** Added to each degree, ≥ 0. Published codes use 1e-7 or 1e-8 to avoid dividing by zero; 0 (the default) needs none. */
  readonly epsilon: number;
  /** Power of the degree to divide by, > 0: 1 (the default) makes sums of 1; MMSSL's graphs use ½. */
  readonly exponent: number;
}

/** Meaning, range and defaults of {@link DegreeNormalizationOptions}. */
export const degreeNormalizationOptions = defineOptions<DegreeNormalizationOptions>({
  epsilon: { kind: 'number', default: 0, min: 0, description: 'Added to each degree.' },
  exponent: {
    kind: 'number',
    default: 1,
    above: 0,
    description: 'Power of the degree to divide by.',
  },
});

/**
 * Row-normalised matrix: with the defaults, each row sums to 1 (the mean over a node's neighbours).
 *
 * $$\hat A = (D_r + \epsilon)^{-p} A, \quad D_r = \mathrm{diag}(\textstyle\sum_j A_{ij})$$
 *
 * A row whose sum plus ε is 0 becomes 0.
 *
 * @param matrix - `[rows, columns]`, row sums ≥ 0; not changed.
 * @throws {RangeError} If a row's sum is negative or NaN, or an option is out of range.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({ rows: 1, columns: 3, rowIndices: [0, 0], columnIndices: [0, 2] });
 * [...toDense(normalizeRows(matrix))] // => [0.5, 0, 0.5]
 * ```
 */
export function normalizeRows(
  matrix: CsrMatrix,
  given: Partial<DegreeNormalizationOptions> = {},
): CsrMatrix {
  const where = 'normalizeRows';
  const options = degreeNormalizationOptions.resolve(where, given);
  return scaleMatrix(matrix, inverseDegrees(rowSums(matrix), { where, what: 'row', ...options }));
}
