import { factorize, solveLower } from './cholesky.js';
import { pickRows, product, type DenseRows } from './dense-products.js';

/** Added to the products' diagonal at least, as a share of its mean: examples may be equal, or zero. */
const leastJitter = 1e-6;

/**
 * Directions that some examples span, evenly chosen, as rows of unit length at right angles: $Q = L^{-1} X_S$ with
 * $L L^{\top} = X_S X_S^{\top}$. Where float32 can't tell the products from a singular matrix, their diagonal is raised
 * until it can; what examples hardly reach is then shorter than 1.
 *
 * Cost: `size² · p` multiplications on the back end and `2 size³ / 3` in float64.
 *
 * @param x - Centred examples, `[n, p]`, finite, n ≥ `size`.
 * @returns Q, `[size, p]`.
 */
export function spanOfExamples(x: DenseRows, size: number): DenseRows {
  const rows = Array.from({ length: size }, (_, at) => Math.floor((at * x.rows) / size));
  const chosen = pickRows(x, rows);
  const factor = factorOf(Float64Array.from(product(chosen, chosen, { transposeB: true })), size);
  const inverse = new Float64Array(size * size);
  for (let at = 0; at < size; at++) inverse[at * size + at] = 1;
  solveLower(factor, size, inverse);
  const lower = { rows: size, columns: size, data: Float32Array.from(inverse) };
  return { rows: size, columns: x.columns, data: product(lower, chosen) };
}

/** The factor of a positive semidefinite matrix, with the least jitter on its diagonal that lets it be factored. */
function factorOf(products: Float64Array, size: number): Float64Array {
  let trace = 0;
  for (let at = 0; at < size; at++) trace += products[at * size + at]!;
  for (let jitter = leastJitter; ; jitter *= 10) {
    const factor = products.slice();
    for (let at = 0; at < size; at++) factor[at * size + at]! += (jitter * trace) / size || 1;
    if (factorize(factor, size)) return factor;
  }
}
