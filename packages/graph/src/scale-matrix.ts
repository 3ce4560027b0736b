import type { CsrMatrix } from '@mmrec/core';

/** `diag(rowFactors) A diag(columnFactors)`; absent factors are 1. Products are made in float64. */
export function scaleMatrix(
  matrix: CsrMatrix,
  rowFactors?: Float64Array,
  columnFactors?: Float64Array,
): CsrMatrix {
  const { rows, offsets, indices } = matrix;
  const values = new Float32Array(matrix.values.length);
  for (let row = 0; row < rows; row++) {
    const rowFactor = rowFactors ? rowFactors[row]! : 1;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const columnFactor = columnFactors ? columnFactors[indices[at]!]! : 1;
      values[at] = matrix.values[at]! * rowFactor * columnFactor;
    }
  }
  // The copies keep one matrix's arrays from being another's.
  return { ...matrix, offsets: offsets.slice(), indices: indices.slice(), values };
}
