import { drawValues, type Rng } from '@mmrec/core';
import {
  tensor,
  variable,
  zeros,
  type Rank,
  type ShapeMap,
  type Variable,
} from '@tensorflow/tfjs-core';

/** Rows and columns of a parameter, and the source of its initial numbers. */
export interface InitializerInputs {
  readonly rows: number;
  readonly columns: number;
  readonly rng: Rng;
}

/**
 * A trainable matrix with Glorot's uniform initialisation, `U(−b, b)` with `b = √(6 / (rows + columns))`.
 *
 * @returns A variable `[rows, columns]`, float32, without a fixed name.
 * @see Glorot and Bengio, AISTATS 2010, eq. 16.
 */
export function xavierUniform({ rows, columns, rng }: InitializerInputs): Variable<Rank.R2> {
  const bound = Math.sqrt(6 / (rows + columns));
  const values = drawValues(rng.uniform('values', [rows, columns]));
  return createVariable(
    values.map((value) => (2 * value - 1) * bound),
    [rows, columns],
  );
}

/**
 * A trainable matrix with Glorot's normal initialisation, `N(0, 2 / (rows + columns))`.
 *
 * @returns A variable `[rows, columns]`, float32, without a fixed name.
 * @see Glorot and Bengio, AISTATS 2010, §4.2.1.
 */
export function xavierNormal({ rows, columns, rng }: InitializerInputs): Variable<Rank.R2> {
  const deviation = Math.sqrt(2 / (rows + columns));
  const values = drawValues(rng.normal('values', [rows, columns]));
  return createVariable(
    values.map((value) => value * deviation),
    [rows, columns],
  );
}

/** A trainable vector that starts uniform in `(−1/√fanIn, 1/√fanIn)`, as PyTorch's linear layers' biases do. */
export function uniformBias(fanIn: number, size: number, rng: Rng): Variable<Rank.R1> {
  const bound = 1 / Math.sqrt(fanIn);
  const values = drawValues(rng.uniform('values', [size]));
  return createVariable(
    values.map((value) => (2 * value - 1) * bound),
    [size],
  );
}

/** A trainable tensor that starts at zero. */
export function zerosVariable(shape: readonly number[]): Variable {
  const start = zeros([...shape]);
  const result = variable(start, true);
  start.dispose();
  return result;
}

/** Numbers of a matrix, row-major. */
export interface MatrixValues {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** A matrix that starts with the given numbers (copied), trainable unless told otherwise. */
export function matrixVariable(
  { data, rows, columns }: MatrixValues,
  isTrainable = true,
): Variable<Rank.R2> {
  return createVariable(data.slice(), [rows, columns], isTrainable);
}

// A variable without a name of its own: names are global in TensorFlow.js, and two models may coexist.
function createVariable<R extends Rank>(
  values: Float32Array,
  shape: readonly number[],
  isTrainable = true,
): Variable<R> {
  const start = tensor<R>(values, [...shape] as ShapeMap[R]);
  const result = variable(start, isTrainable);
  start.dispose();
  return result;
}
