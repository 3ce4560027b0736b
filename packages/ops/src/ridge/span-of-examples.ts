import { factorize, solveLower } from './cholesky.js';
import { product, type DenseRows } from './dense-products.js';

/** Added to the products' diagonal, as a share of its mean: examples may be equal, or zero. */
const jitter = 1e-6;

/**
 * Directions that some examples span, evenly chosen, as rows of unit length at right angles: $Q = L^{-1} X_S$ with
 * $L L^{\top} = X_S X_S^{\top}$.
 *
 * Cost: `size² · p` multiplications on the back end and `2 size³ / 3` in float64.
 *
 * @param x - Centred examples, `[n, p]`, n ≥ `size`.
 * @returns Q, `[size, p]`.
 */
export function spanOfExamples(x: DenseRows, size: number): DenseRows {
  const chosen = evenly(x, size);
  const factor = Float64Array.from(product(chosen, chosen, { transposeB: true }));
  let trace = 0;
  for (let at = 0; at < size; at++) trace += factor[at * size + at]!;
  for (let at = 0; at < size; at++) factor[at * size + at]! += (jitter * trace) / size || 1;
  factorize(factor, size);
  const inverse = new Float64Array(size * size);
  for (let at = 0; at < size; at++) inverse[at * size + at] = 1;
  solveLower(factor, size, inverse);
  const lower = { rows: size, columns: size, data: Float32Array.from(inverse) };
  return { rows: size, columns: x.columns, data: product(lower, chosen) };
}

function evenly({ rows, columns, data }: DenseRows, size: number): DenseRows {
  const chosen = new Float32Array(size * columns);
  for (let at = 0; at < size; at++) {
    const row = Math.floor((at * rows) / size);
    chosen.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
  }
  return { rows: size, columns, data: chosen };
}
