/** Eigenvalues of a symmetric matrix, the largest first, with their vectors. */
export interface SymmetricEigen {
  /** `[size]` */
  readonly values: Float64Array;
  /** Row `i` is the unit vector of `values[i]`, `[size, size]`. */
  readonly vectors: Float64Array;
}

const mostSweeps = 60;

/**
 * Eigenvalues and vectors of a small symmetric matrix, by cyclic Jacobi rotations: slow for large ones, accurate to
 * the last digits, and the same on every machine.
 *
 * @param matrix - `[size, size]`; not changed.
 * @see Golub and Van Loan, Matrix Computations, 4th ed., §8.5.
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, size) > 0; sweep++) {
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) rotate({ a, v, size }, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => a[j * size + j]! - a[i * size + i]! || i - j,
  );
  const values = Float64Array.from(order, (i) => a[i * size + i]!);
  const vectors = new Float64Array(size * size);
  order.forEach((i, row) => vectors.set(v.subarray(i * size, (i + 1) * size), row * size));
  return { values, vectors };
}

/** Sum of squares off the diagonal, 0 where it is nothing beside the diagonal. */
function offDiagonal(a: Float64Array, size: number): number {
  let [off, diagonal] = [0, 0];
  for (let i = 0; i < size; i++) {
    diagonal += a[i * size + i]! ** 2;
    for (let j = i + 1; j < size; j++) off += a[i * size + j]! ** 2;
  }
  return off <= 1e-30 * diagonal ? 0 : off;
}

/** Turns rows and columns p and q so that their element becomes 0; rows of `v` gather the vectors. */
function rotate(
  { a, v, size }: { a: Float64Array; v: Float64Array; size: number },
  p: number,
  q: number,
): void {
  const element = a[p * size + q]!;
  if (element === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * element);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cosine * kp - sine * kq;
    a[k * size + q] = sine * kp + cosine * kq;
  }
  for (const m of [a, v]) {
    for (let k = 0; k < size; k++) {
      const [pk, qk] = [m[p * size + k]!, m[q * size + k]!];
      m[p * size + k] = cosine * pk - sine * qk;
      m[q * size + k] = sine * pk + cosine * qk;
    }
  }
}
