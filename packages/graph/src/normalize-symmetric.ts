import { defineOptions, type CsrMatrix } from '@mmrec/core';
import { columnSums } from './column-sums.js';
import { inverseDegrees } from './inverse-degrees.js';
import { rowSums } from './row-sums.js';
import { scaleMatrix } from './scale-matrix.js';

/** Options of {@link normalizeSymmetric}. */
export interface SymmetricNormalizationOptions {
  /** Added to each degree, ≥ 0. Published codes use 1e-7 or 1e-8 to avoid dividing by zero; 0 (the default) needs none. */
  readonly epsilon: number;
  /**
   * Degrees of the columns: their own sums (`'both'`, the default), or the sums of the rows of the
   * same number (`'rows'`, square matrices only). They differ for directed graphs, such as kNN
   * graphs, which published codes normalise by row sums on both sides.
   */
  readonly degrees: 'both' | 'rows';
}

const options = defineOptions<SymmetricNormalizationOptions>({
  epsilon: { kind: 'number', default: 0, min: 0, description: 'Added to each degree.' },
  degrees: {
    kind: 'choice',
    default: 'both',
    choices: ['both', 'rows'],
    description: 'Whether columns are divided by their own sums or by those of the rows.',
  },
});

/**
 * Symmetrically normalised matrix, as in graph convolutions; any shape.
 *
 * $$\hat A = (D_r + \epsilon)^{-1/2} A (D_c + \epsilon)^{-1/2}$$
 *
 * with the row sums on the diagonal of $D_r$ and the column sums on that of $D_c$. For the
 * user–item block of a bipartite graph this is the block of the normalised whole. Rows and columns
 * whose sum plus ε is 0 become 0.
 *
 * @param matrix - `[rows, columns]`, sums ≥ 0; not changed.
 * @throws {RangeError} If a sum is negative or NaN, or `degrees: 'rows'` is asked of a matrix that
 * is not square.
 * @see Kipf and Welling, Semi-supervised classification with graph convolutional networks,
 * ICLR 2017, eq. 2. https://arxiv.org/abs/1609.02907
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({ rows: 1, columns: 2, rowIndices: [0, 0], columnIndices: [0, 1] });
 * [...normalizeSymmetric(matrix).values] // => [0.7071, 0.7071]
 * ```
 */
export function normalizeSymmetric(
  matrix: CsrMatrix,
  given: Partial<SymmetricNormalizationOptions> = {},
): CsrMatrix {
  const where = 'normalizeSymmetric';
  const { epsilon, degrees } = options.resolve(where, given);
  const rows = inverseDegrees(rowSums(matrix), { where, what: 'row', epsilon, exponent: 0.5 });
  if (degrees === 'both') {
    const sums = columnSums(matrix);
    const columns = inverseDegrees(sums, { where, what: 'column', epsilon, exponent: 0.5 });
    return scaleMatrix(matrix, rows, columns);
  }
  if (matrix.rows !== matrix.columns) {
    const shape = `[${matrix.rows}, ${matrix.columns}]`;
    throw new RangeError(`${where}: degrees 'rows' needs a square matrix, got ${shape}.`);
  }
  return scaleMatrix(matrix, rows, rows);
}
