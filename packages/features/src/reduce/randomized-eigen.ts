import type { Rng } from '@mmrec/core';
import { symmetricEigen } from './symmetric-eigen.js';

/** What {@link randomizedEigen} looks for, and how hard. */
export interface RandomizedEigenOptions {
  /** Order of the matrix. */
  readonly size: number;
  /** Largest eigenvalues wanted. */
  readonly count: number;
  /** Further directions that are followed, for accuracy. */
  readonly oversampling: number;
  /** Times that the directions are multiplied by the matrix. */
  readonly iterations: number;
  /** Draws the first directions. */
  readonly rng: Rng;
}

/** The largest eigenvalues of a positive semidefinite matrix, with their vectors. */
export interface TopEigen {
  /** The largest first, `[count]`; zeros beyond the rank. */
  readonly values: Float64Array;
  /** Row `i` is the unit vector of `values[i]`, its largest element positive, `[count, size]`; zeros beyond the rank. */
  readonly vectors: Float64Array;
}

/**
 * The largest eigenvalues of a symmetric positive semidefinite matrix C that is known by its products only, by
 * randomised subspace iteration.
 *
 * $$Q_0 = \operatorname{orth}(\Omega),\quad Q_i = \operatorname{orth}(C Q_{i-1}),\quad Q^\top C Q = W \Lambda W^\top,\quad V = Q W$$
 *
 * Ω is Gaussian, with `count + oversampling` columns. For the covariance of a data matrix X this is the randomised
 * SVD of X with i power iterations: C = XᵀX / (n − 1) is never made, and X is passed over once an iteration.
 * Where all directions are asked for, Q₀ is the identity and the result exact.
 *
 * @param multiply - C times some vectors, as rows: `[some, size]` → `[some, size]`.
 * @see Halko, Martinsson and Tropp, Finding structure with randomness, SIAM Review 2011, Algorithms 4.4 and 5.3.
 * https://arxiv.org/abs/0909.4061
 */
export async function randomizedEigen(
  multiply: (vectors: Float64Array) => Promise<Float64Array>,
  { size, count, oversampling, iterations, rng }: RandomizedEigenOptions,
): Promise<TopEigen> {
  const width = Math.min(size, count + oversampling);
  let basis: Float64Array = new Float64Array(width * size);
  if (width === size) {
    for (let i = 0; i < size; i++) basis[i * size + i] = 1;
  } else {
    const stream = rng.stream('directions');
    basis = orthonormalize(
      basis.map(() => stream.normal()),
      size,
    );
    for (let i = 0; i < iterations; i++) basis = orthonormalize(await multiply(basis), size);
  }
  const product = await multiply(basis);
  const small = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      // The mean of both halves: rounding makes them differ by a last digit.
      const value =
        (dot(basis, i, { other: product, j, size }) +
          dot(basis, j, { other: product, j: i, size })) /
        2;
      small[i * width + j] = small[j * width + i] = value;
    }
  }
  const { values, vectors } = symmetricEigen(small, width);
  return {
    values: cleanValues(values, count),
    vectors: lift(vectors, basis, { values, width, size, count }),
  };
}

/** Eigenvalues below this share of the largest are rounding, not rank. */
const negligible = 1e-12;

const cleanValues = (values: Float64Array, count: number) =>
  values.slice(0, count).map((value) => (value > negligible * values[0]! ? value : 0));

/** Vectors in the whole space of those in the basis' space. */
function lift(
  small: Float64Array,
  basis: Float64Array,
  {
    values,
    width,
    size,
    count,
  }: { values: Float64Array; width: number; size: number; count: number },
): Float64Array {
  const vectors = new Float64Array(count * size);
  for (let row = 0; row < count && values[row]! > negligible * values[0]!; row++) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    for (let i = 0; i < width; i++) {
      const weight = small[row * width + i]!;
      for (let k = 0; k < size; k++) vector[k]! += weight * basis[i * size + k]!;
    }
    let largest = 0;
    for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
    if (largest < 0) for (let k = 0; k < size; k++) vector[k] = -vector[k]!;
  }
  return vectors;
}

/** Rows made orthonormal by Gram–Schmidt, twice, as once is not enough in floating point; dependent ones become 0. */
function orthonormalize(rows: Float64Array, size: number): Float64Array {
  const count = rows.length / size;
  for (let i = 0; i < count; i++) {
    const before = norm(rows, i, size);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const overlap = dot(rows, i, { other: rows, j, size });
        for (let k = 0; k < size; k++) rows[i * size + k]! -= overlap * rows[j * size + k]!;
      }
    }
    const after = norm(rows, i, size);
    const scale = after > 1e-10 * before ? 1 / after : 0;
    for (let k = 0; k < size; k++) rows[i * size + k]! *= scale;
  }
  return rows;
}

function dot(
  rows: Float64Array,
  i: number,
  { other, j, size }: { other: Float64Array; j: number; size: number },
): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += rows[i * size + k]! * other[j * size + k]!;
  return sum;
}

const norm = (rows: Float64Array, i: number, size: number) =>
  Math.sqrt(dot(rows, i, { other: rows, j: i, size }));
