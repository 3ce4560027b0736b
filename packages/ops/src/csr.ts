import type { CsrMatrix } from '@mmrec/core';

const transposes = new WeakMap<CsrMatrix, CsrMatrix>();

/**
 * The transposed matrix, in O(rows + columns + entries). Computed once per matrix and kept as long as it.
 */
export function transposeCsr(matrix: CsrMatrix): CsrMatrix {
  let transposed = transposes.get(matrix);
  if (!transposed) {
    transposed = computeTranspose(matrix);
    transposes.set(matrix, transposed);
    transposes.set(transposed, matrix);
  }
  return transposed;
}

function computeTranspose({ rows, columns, offsets, indices, values }: CsrMatrix): CsrMatrix {
  const starts = new Int32Array(columns + 1);
  for (const column of indices) starts[column + 1]!++;
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const rowOf = new Int32Array(indices.length);
  const valueOf = new Float32Array(indices.length);
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const to = next[indices[entry]!]!++;
      rowOf[to] = row;
      valueOf[to] = values[entry]!;
    }
  }
  return { rows: columns, columns: rows, offsets: starts, indices: rowOf, values: valueOf };
}

/**
 * Checks that a matrix is well formed, so that no kernel reads outside its arrays.
 *
 * @throws {RangeError} Naming the first thing that is wrong.
 */
export function checkCsr(where: string, matrix: CsrMatrix): void {
  if (checked.has(matrix)) return;
  const { rows, columns, offsets, indices, values } = matrix;
  const fail = (rule: string) => {
    throw new RangeError(`${where}: the sparse matrix's ${rule}.`);
  };
  if (offsets.length !== rows + 1)
    fail(`offsets must have ${rows + 1} entries, got ${offsets.length}`);
  if (offsets[0] !== 0) fail(`offsets must start at 0, got ${offsets[0]}`);
  if (offsets[rows] !== indices.length)
    fail(`offsets must end at ${indices.length}, got ${offsets[rows]}`);
  if (values.length !== indices.length)
    fail(`values must number ${indices.length}, got ${values.length}`);
  for (let row = 0; row < rows; row++) {
    if (offsets[row]! > offsets[row + 1]!) fail(`offsets must not decrease, but do at row ${row}`);
  }
  for (let entry = 0; entry < indices.length; entry++) {
    const column = indices[entry]!;
    if (column < 0 || column >= columns) {
      fail(`indices must be from 0 to ${columns - 1}, got ${column} at position ${entry}`);
    }
  }
  checked.add(matrix);
}

const checked = new WeakSet<CsrMatrix>();

/** The plain implementation of `out = alpha · matrix · y + scale · x`. */
export function multiplyCsr(
  matrix: CsrMatrix,
  { alpha, y, scale, x }: { alpha: number; y: Float32Array; scale: number; x: Float32Array },
  out: Float32Array,
): void {
  const { rows, offsets, indices, values } = matrix;
  const columns = rows === 0 ? 0 : out.length / rows;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const value = values[entry]!;
      const start = indices[entry]! * columns;
      for (let c = 0; c < columns; c++) sums[c]! += value * y[start + c]!;
    }
    const start = row * columns;
    for (let c = 0; c < columns; c++) {
      out[start + c] = alpha * sums[c]! + (scale === 0 ? 0 : scale * x[start + c]!);
    }
  }
}
