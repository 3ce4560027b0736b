import type { CsrMatrix } from '@mmrec/core';

/**
 * All `rows · columns` numbers of a sparse matrix, zeros included. For tests and small examples.
 *
 * @param matrix - `[rows, columns]`.
 * @returns Row-major, `[rows · columns]`.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({ rows: 1, columns: 3, rowIndices: [0], columnIndices: [1] });
 * [...toDense(matrix)] // => [0, 1, 0]
 * ```
 */
export function toDense({ rows, columns, offsets, indices, values }: CsrMatrix): Float32Array {
  const dense = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      dense[row * columns + indices[at]!]! += values[at]!;
    }
  }
  return dense;
}
