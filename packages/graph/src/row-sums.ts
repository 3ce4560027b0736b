import type { CsrMatrix } from '@mmrec/core';

/**
 * Sum of each row's values: the (weighted) degree of each row's node.
 *
 * @param matrix - `[rows, columns]`.
 * @returns `[rows]`, float64; 0 for a row without entries.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({
 *   rows: 2, columns: 3, rowIndices: [0, 0], columnIndices: [0, 2], values: [0.5, 2],
 * });
 * [...rowSums(matrix)] // => [2.5, 0]
 * ```
 */
export function rowSums({ rows, offsets, values }: CsrMatrix): Float64Array {
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) sums[row]! += values[at]!;
  }
  return sums;
}
