/** Rows that are made together: they stay in the cache while the rows before them pass by once. */
const blockRows = 32;

/**
 * Factors a symmetric positive definite matrix as $L L^{\top}$, in place: the lower triangle becomes L, the rest is
 * left alone. `size³ / 6` multiplications and additions.
 *
 * @param matrix - Row-major, `[size, size]`; its lower triangle is read.
 * @returns Whether it is positive definite, as far as float64 can tell; if not, the matrix is spoilt.
 */
export function factorize(matrix: Float64Array, size: number): boolean {
  for (let start = 0; start < size; start += blockRows) {
    const end = Math.min(start + blockRows, size);
    for (let j = 0; j < end; j++) {
      if (j >= start && !takeRoot(matrix, size, j)) return false;
      eliminate({ matrix, size, j }, Math.max(start, j + 1), end);
    }
  }
  return true;
}

/** Finishes the diagonal of row j, whose other columns are there. */
function takeRoot(matrix: Float64Array, size: number, j: number): boolean {
  const row = j * size;
  let rest = matrix[row + j]!;
  for (let at = row; at < row + j; at++) rest -= matrix[at]! ** 2;
  matrix[row + j] = Math.sqrt(rest);
  return rest > 0;
}

/** A column of a matrix. */
interface Column {
  readonly matrix: Float64Array;
  readonly size: number;
  readonly j: number;
}

/** Finishes column j of some rows, four at a time: each number of row j is read once for all of them. */
function eliminate({ matrix, size, j }: Column, start: number, end: number): void {
  const rowJ = j * size;
  const diagonal = matrix[rowJ + j]!;
  for (let i = start; i < end; i += 4) {
    // Of the last rows the same one again, where there are fewer than four.
    const a = i * size;
    const b = Math.min(i + 1, end - 1) * size;
    const c = Math.min(i + 2, end - 1) * size;
    const d = Math.min(i + 3, end - 1) * size;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let k = 0; k < j; k++) {
      const value = matrix[rowJ + k]!;
      sumA += value * matrix[a + k]!;
      sumB += value * matrix[b + k]!;
      sumC += value * matrix[c + k]!;
      sumD += value * matrix[d + k]!;
    }
    const [restA, restB] = [matrix[a + j]! - sumA, matrix[b + j]! - sumB];
    const [restC, restD] = [matrix[c + j]! - sumC, matrix[d + j]! - sumD];
    matrix[a + j] = restA / diagonal;
    matrix[b + j] = restB / diagonal;
    matrix[c + j] = restC / diagonal;
    matrix[d + j] = restD / diagonal;
  }
}

/**
 * Solves $L L^{\top} X = B$ in place: B becomes X.
 *
 * @param factor - What {@link factorize} left, `[size, size]`.
 * @param right - Row-major, `[size, columns]`.
 */
export function solveFactorized(factor: Float64Array, size: number, right: Float64Array): void {
  solveLower(factor, size, right);
  const columns = right.length / size;
  for (let i = size - 1; i >= 0; i--) {
    const target = right.subarray(i * columns, (i + 1) * columns);
    subtractRows(target, { right, from: i + 1, to: size }, (j) => factor[j * size + i]!);
    divide(target, factor[i * size + i]!);
  }
}

/** Solves $L X = B$ in place, as {@link solveFactorized} does. */
export function solveLower(factor: Float64Array, size: number, right: Float64Array): void {
  const columns = right.length / size;
  for (let i = 0; i < size; i++) {
    const target = right.subarray(i * columns, (i + 1) * columns);
    subtractRows(target, { right, from: 0, to: i }, (j) => factor[i * size + j]!);
    divide(target, factor[i * size + i]!);
  }
}

/** Some rows of what a system is solved for. */
interface RightRows {
  readonly right: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Subtracts rows times their factors from another row, four at a time. */
function subtractRows(
  target: Float64Array,
  { right, from, to }: RightRows,
  factorOf: (row: number) => number,
): void {
  const columns = target.length;
  let row = from;
  for (; row + 4 <= to; row += 4) {
    const [fa, fb] = [factorOf(row), factorOf(row + 1)];
    const [fc, fd] = [factorOf(row + 2), factorOf(row + 3)];
    const a = row * columns;
    const [b, c, d] = [a + columns, a + 2 * columns, a + 3 * columns];
    for (let at = 0; at < columns; at++) {
      target[at]! -=
        fa * right[a + at]! + fb * right[b + at]! + fc * right[c + at]! + fd * right[d + at]!;
    }
  }
  for (; row < to; row++) {
    const factor = factorOf(row);
    for (let at = 0; at < columns; at++) target[at]! -= factor * right[row * columns + at]!;
  }
}

function divide(values: Float64Array, divisor: number): void {
  for (let at = 0; at < values.length; at++) values[at]! /= divisor;
}
