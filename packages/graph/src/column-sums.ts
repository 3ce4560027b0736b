import type { CsrMatrix } from '@mmrec/core';

/**
 * Sum of each column's values: the (weighted) degree of each column's node.
 *
 * @param matrix - `[rows, columns]`.
 * @returns `[columns]`, float64; 0 for a column without entries.
 * @example
 * ```ts
 * const matrix = csrFromCoordinates({
 *   rows: 2, columns: 3, rowIndices: [0, 1], columnIndices: [2, 2], values: [0.5, 2],
 * });
 * [...columnSums(matrix)] // => [0, 0, 2.5]
 * ```
 */
export function columnSums({ columns, indices, values }: CsrMatrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let at = 0; at < indices.length; at++) sums[indices[at]!]! += values[at]!;
  return sums;
}
