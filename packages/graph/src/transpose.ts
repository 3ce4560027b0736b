import type { CsrMatrix } from '@mmrec/core';
import { transposeCsr } from '@mmrec/ops';

/**
 * Transpose of a sparse matrix, in O(entries + rows + columns).
 *
 * Made once for each matrix and kept with it, so that gradients through `spmm` share it; the
 * transpose of the transpose is the matrix itself.
 *
 * @param matrix - `[rows, columns]`; not changed.
 * @returns `[columns, rows]`, columns ascending within each row.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({ rows: 1, columns: 2, rowIndices: [0], columnIndices: [1] });
 * [...transpose(matrix).offsets] // => [0, 0, 1]
 * ```
 */
export function transpose(matrix: CsrMatrix): CsrMatrix {
  return transposeCsr(matrix);
}
