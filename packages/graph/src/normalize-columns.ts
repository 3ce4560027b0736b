import type { CsrMatrix } from '@mmrec/core';
import { columnSums } from './column-sums.js';
import { inverseDegrees } from './inverse-degrees.js';
import { degreeNormalizationOptions, type DegreeNormalizationOptions } from './normalize-rows.js';
import { scaleMatrix } from './scale-matrix.js';

/**
 * Column-normalised matrix: with the defaults, each column sums to 1.
 *
 * $$\hat A = A (D_c + \epsilon)^{-p}, \quad D_c = \mathrm{diag}(\textstyle\sum_i A_{ij})$$
 *
 * A column whose sum plus ε is 0 becomes 0.
 *
 * @param matrix - `[rows, columns]`, column sums ≥ 0; not changed.
 * @throws {RangeError} If a column's sum is negative or NaN, or an option is out of range.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({ rows: 2, columns: 2, rowIndices: [0, 1], columnIndices: [1, 1] });
 * [...toDense(normalizeColumns(matrix))] // => [0, 0.5, 0, 0.5]
 * ```
 */
export function normalizeColumns(
  matrix: CsrMatrix,
  given: Partial<DegreeNormalizationOptions> = {},
): CsrMatrix {
  const where = 'normalizeColumns';
  const options = degreeNormalizationOptions.resolve(where, given);
  const factors = inverseDegrees(columnSums(matrix), { where, what: 'column', ...options });
  return scaleMatrix(matrix, undefined, factors);
}
