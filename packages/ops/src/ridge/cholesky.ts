/**
 * Factors a symmetric positive definite matrix as $L L^{\top}$, in place: the lower triangle becomes L, the rest is
 * left alone. `size³ / 6` multiplications and additions.
 *
 * @param matrix - Row-major, `[size, size]`; its lower triangle is read.
 * @returns Whether it is positive definite, as far as float64 can tell; if not, the matrix is spoilt.
 */
export function factorize(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const rowI = i * size;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * size;
      const rest = matrix[rowI + j]! - dot(matrix, [rowI, rowJ], j);
      if (i !== j) matrix[rowI + j] = rest / matrix[rowJ + j]!;
      else if (rest > 0) matrix[rowI + i] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

/**
 * Solves $L L^{\top} X = B$ in place: B becomes X.
 *
 * @param factor - What {@link factorize} left, `[size, size]`.
 * @param right - Row-major, `[size, columns]`.
 */
export function solveFactorized(factor: Float64Array, size: number, right: Float64Array): void {
  const columns = right.length / size;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) subtractRow(right, [i, j, columns], factor[i * size + j]!);
    divideRow(right, [i, columns], factor[i * size + i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) subtractRow(right, [i, j, columns], factor[j * size + i]!);
    divideRow(right, [i, columns], factor[i * size + i]!);
  }
}

/** Four sums at a time: one would wait for the addition before. */
function dot(values: Float64Array, [a, b]: readonly [number, number], length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    s0 += values[a + at]! * values[b + at]!;
    s1 += values[a + at + 1]! * values[b + at + 1]!;
    s2 += values[a + at + 2]! * values[b + at + 2]!;
    s3 += values[a + at + 3]! * values[b + at + 3]!;
  }
  for (; at < length; at++) s0 += values[a + at]! * values[b + at]!;
  return s0 + s1 + (s2 + s3);
}

function subtractRow(
  matrix: Float64Array,
  [target, source, columns]: readonly [number, number, number],
  factor: number,
): void {
  const [to, from] = [target * columns, source * columns];
  for (let c = 0; c < columns; c++) matrix[to + c]! -= factor * matrix[from + c]!;
}

function divideRow(
  matrix: Float64Array,
  [row, columns]: readonly [number, number],
  divisor: number,
): void {
  for (let at = row * columns; at < (row + 1) * columns; at++) matrix[at]! /= divisor;
}
