/** The inner product, summed in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

/** The length, or 1 of zeros, so that it can be divided by. */
export const norm = (vector: Float32Array): number => Math.sqrt(dot(vector, vector)) || 1;

/** Row-major rows of `columns` numbers, each of length 1; zeros stay. */
export function unitRows(rows: Float32Array, columns: number): Float32Array {
  const units = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += columns) {
    const length = norm(rows.subarray(start, start + columns));
    for (let c = start; c < start + columns; c++) units[c] = rows[c]! / length;
  }
  return units;
}

/** Rows, and one more after the last. */
export function appendRow(rows: Float32Array, row: Float32Array): Float32Array {
  const longer = new Float32Array(rows.length + row.length);
  longer.set(rows);
  longer.set(row, rows.length);
  return longer;
}
