import { factorize, solveFactorized } from './cholesky.js';
import { pickRows, product, transposedProduct, type DenseRows } from './dense-products.js';
import { spanOfExamples } from './span-of-examples.js';

/** What a linear map is fitted to: row i of the targets belongs to row i of the inputs. */
export interface RidgeExamples {
  /** `[n, p]`, finite. */
  readonly inputs: DenseRows;
  /** `[n, q]`, finite. */
  readonly targets: DenseRows;
}

/** A fitted map, $x \mapsto (x - \bar x) W + \bar y$. */
export interface LinearMap {
  /** W, row-major, `[p, q]`. */
  readonly weight: Float32Array;
  /** $\bar x$, `[p]`, and $\bar y$, `[q]`. */
  readonly means: { readonly inputs: Float64Array; readonly targets: Float64Array };
  /** λ, in units of the mean of the inputs' squared singular values. */
  readonly penalty: number;
  /** Share of the targets' variance that is left unexplained on the examples held out; undefined: none were. */
  readonly heldOutError: number | undefined;
  /** Maps rows `[m, p]` to `[m, q]`. */
  map(inputs: DenseRows): Float32Array;
}

/** How {@link fitRidge} fits. */
export interface RidgeOptions {
  /** Candidates for λ, > 0; default .001, .01, .1, 1, 10 and 100. */
  readonly penalties?: readonly number[];
  /** Size of the largest matrix that is factored, ≥ 1, default 512. */
  readonly maxSize?: number;
}

/** In units of the mean eigenvalue. */
const defaultPenalties = [1e-3, 1e-2, 1e-1, 1, 10, 100];
/** Every so many-th example is held out to choose the penalty on. */
const holdOutEvery = 5;
/** Examples below which none are held out. */
const fewest = 10;

/**
 * Ridge regression with several targets, in closed form:
 *
 * $$W = (X^{\top} X + \lambda s I)^{-1} X^{\top} Y = X^{\top} (X X^{\top} + \lambda s I)^{-1} Y$$
 *
 * of centred inputs and targets, with s the mean eigenvalue of the matrix that is inverted, $\lVert X \rVert^2$ over
 * its size. Whichever is smaller is factored (Cholesky, float64): p × p or n × n. λ is chosen on every fifth example,
 * held out, by squared error, and W made again from all examples. Nothing is drawn: the same examples give the same
 * map. With fewer than 10 examples the largest penalty is taken.
 *
 * Where both are larger than `maxSize`, m, W is looked for among combinations of m examples, evenly chosen, and
 * fitted to all of them: its columns lie in what those span, as without that bound they lie in what all span.
 *
 * Cost: n · m · (p + q) multiplications for the products, m the smallest of n, p and `maxSize`, in blocks on the
 * current back end; and m³ / 6 + m² q in float64 for each penalty.
 *
 * @throws {RangeError} If the numbers of rows differ or are 0, there is no penalty, none is large enough for the
 *   matrix to be inverted, or `maxSize` is no whole number ≥ 1.
 * @see Hoerl and Kennard, Ridge regression: Biased estimation for nonorthogonal problems, Technometrics 12(1), 1970.
 * @example
 * ```ts
 * const rows = (...data: number[]) => ({ rows: data.length, columns: 1, data: Float32Array.from(data) });
 * const { map } = fitRidge({ inputs: rows(0, 1, 2), targets: rows(1, 3, 5) }, { penalties: [1] });
 * [...map(rows(1, 2))] // => [3, 4]
 * ```
 */
export function fitRidge(
  { inputs, targets }: RidgeExamples,
  { penalties = defaultPenalties, maxSize = 512 }: RidgeOptions = {},
): LinearMap {
  checkExamples({ inputs, targets });
  checkOptions({ penalties, maxSize });
  const means = { inputs: columnMeans(inputs), targets: columnMeans(targets) };
  const x = centered(inputs, means.inputs);
  const y = centered(targets, means.targets);
  const isLarge = Math.min(x.rows, x.columns) > maxSize;
  const directions = isLarge ? spanOfExamples(x, maxSize) : undefined;
  const examples = {
    inputs: directions
      ? { ...x, columns: maxSize, data: product(x, directions, { transposeB: true }) }
      : x,
    targets: y,
  };
  const { penalty, heldOutError } = choosePenalty(examples, penalties);
  const fitted = createSolver(examples)(penalty);
  const weight = fitted && directions ? weightAlong(directions, fitted) : fitted;
  if (!weight) {
    throw new RangeError(
      `fitRidge: penalties must be large enough to invert the inputs' products, got at most ${penalty}.`,
    );
  }
  const map = (rows: DenseRows): Float32Array => {
    const right = { rows: inputs.columns, columns: targets.columns, data: weight };
    const mapped = product(centered(rows, means.inputs), right);
    return mapped.map((value, at) => value + means.targets[at % targets.columns]!);
  };
  return { weight, means, penalty, heldOutError, map };
}

/** $Q^{\top} W$: what maps all inputs, of what maps how far they go in some directions. */
function weightAlong(directions: DenseRows, weight: Float32Array): Float32Array {
  const { rows } = directions;
  const along = { rows, columns: weight.length / rows, data: weight };
  return Float32Array.from(transposedProduct(directions, along));
}

function choosePenalty(
  examples: RidgeExamples,
  penalties: readonly number[],
): { readonly penalty: number; readonly heldOutError: number | undefined } {
  const largest = Math.max(...penalties);
  if (examples.inputs.rows < fewest || penalties.length === 1) {
    return { penalty: largest, heldOutError: undefined };
  }
  const [kept, heldOut] = [false, true].map((held) => {
    const rows = Array.from({ length: examples.inputs.rows }, (_, row) => row).filter(
      (row) => (row % holdOutEvery === holdOutEvery - 1) === held,
    );
    return { inputs: pickRows(examples.inputs, rows), targets: pickRows(examples.targets, rows) };
  }) as [RidgeExamples, RidgeExamples];
  const solve = createSolver(kept);
  const { inputs, targets } = heldOut;
  const whole = sumOfSquares(targets.data);
  let best = { penalty: largest, heldOutError: Infinity };
  for (const penalty of penalties) {
    const weight = solve(penalty);
    if (!weight) continue;
    const guess = product(inputs, {
      ...{ rows: inputs.columns, columns: targets.columns },
      data: weight,
    });
    const error = sumOfSquares(guess.map((value, at) => value - targets.data[at]!)) / (whole || 1);
    if (error < best.heldOutError) best = { penalty, heldOutError: error };
  }
  return best;
}

/** Makes the products once; then W for any penalty, or undefined where the matrix can't be inverted. */
function createSolver({
  inputs: x,
  targets: y,
}: RidgeExamples): (penalty: number) => Float32Array | undefined {
  const dual = x.rows < x.columns;
  const size = dual ? x.rows : x.columns;
  const system = dual
    ? Float64Array.from(product(x, x, { transposeB: true }))
    : transposedProduct(x, x);
  const right = dual ? Float64Array.from(y.data) : transposedProduct(x, y);
  const unit = sumOfSquares(x.data) / size || 1;
  return (penalty) => {
    const factor = system.slice();
    for (let at = 0; at < size; at++) factor[at * size + at]! += penalty * unit;
    if (!factorize(factor, size)) return undefined;
    const solution = right.slice();
    solveFactorized(factor, size, solution);
    if (!dual) return Float32Array.from(solution);
    const coefficients = { rows: size, columns: y.columns, data: Float32Array.from(solution) };
    return Float32Array.from(transposedProduct(x, coefficients));
  };
}

function checkExamples({ inputs, targets }: RidgeExamples): void {
  if (inputs.rows !== targets.rows || inputs.rows === 0) {
    throw new RangeError(
      `fitRidge: inputs and targets must have the same number of rows, at least 1, got ${inputs.rows} and ${targets.rows}.`,
    );
  }
}

function checkOptions({ penalties, maxSize }: Required<RidgeOptions>): void {
  if (!Number.isInteger(maxSize) || maxSize < 1) {
    throw new RangeError(`fitRidge: maxSize must be a whole number ≥ 1, got ${maxSize}.`);
  }
  const isWrong = penalties.length === 0 || !penalties.every((penalty) => penalty > 0);
  if (isWrong) {
    throw new RangeError(
      `fitRidge: penalties must be numbers > 0, at least one, got [${penalties.join(', ')}].`,
    );
  }
}

function columnMeans({ rows, columns, data }: DenseRows): Float64Array {
  const means = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) means[c]! += data[row * columns + c]! / rows;
  }
  return means;
}

function centered(matrix: DenseRows, means: Float64Array): DenseRows {
  const { columns } = matrix;
  return { ...matrix, data: matrix.data.map((value, at) => value - means[at % columns]!) };
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
