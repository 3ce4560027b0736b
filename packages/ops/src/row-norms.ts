import { checkSameShape, checkShape } from '@mmrec/core';
import {
  div,
  greater,
  maximum,
  mean,
  mul,
  norm,
  ones,
  sqrt,
  square,
  sub,
  sum,
  where,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

const normalize = defineKernel<{ epsilon: number }>({
  name: 'MmrecNormalizeRows',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    forEachRow(shape!, (start, end) => {
      const scale = 1 / Math.max(Math.sqrt(dot(x!, x!, start, end)), epsilon);
      for (let at = start; at < end; at++) out![at] = x![at]! * scale;
    });
  },
  compose: ([x], { epsilon }) => div(x!, maximum(norm(x!, 2, 1, true), epsilon)),
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('normalizeRows', { count, cost: 2 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [x! + skip, to - from, columns, epsilon, out! + skip];
    });
  },
  saves: [0],
  gradient: ([dy], [x], attributes) => [() => normalizeGradient([x!, dy!], attributes)[0]!],
});

const normalizeGradient = defineKernel<{ epsilon: number }>({
  name: 'MmrecNormalizeRowsGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    forEachRow(shape!, (start, end) => {
      const norm = Math.sqrt(dot(x!, x!, start, end));
      if (norm <= epsilon) return;
      const along = dot(x!, dy!, start, end) / norm ** 3;
      const scale = 1 / norm;
      for (let at = start; at < end; at++) out![at] = dy![at]! * scale - along * x![at]!;
    });
  },
  compose: ([x, dy], { epsilon }) => {
    const length = norm(x!, 2, 1, true);
    const along = div(sum(mul(x!, dy!), 1, true), square(length));
    const gradient = div(sub(dy!, mul(x!, along)), length);
    return where(greater(length, epsilon), gradient, 0);
  },
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape], attributes }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('normalizeRowsGradient', { count, cost: 3 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [x! + skip, dy! + skip, to - from, columns, attributes.epsilon, out! + skip];
    });
  },
});

const cosine = defineKernel<{ epsilon: number }>({
  name: 'MmrecCosineOfRows',
  outputs: ([shape]) => [{ shape: [shape![0]!], dtype: 'float32' }],
  host: ({ inputs: [a, b], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    forEachRow(shape!, (start, end, row) => {
      const norms = Math.sqrt(dot(a!, a!, start, end) * dot(b!, b!, start, end));
      out![row] = dot(a!, b!, start, end) / Math.max(norms, epsilon);
    });
  },
  compose: ([a, b], { epsilon }) => cosinesOf(a!, b!, epsilon),
  wasm: ({ runtime, inputs: [a, b], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('cosineRows', { count, cost: 3 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [a! + skip, b! + skip, to - from, columns, epsilon, out! + 4 * from];
    });
  },
  saves: [0, 1],
  gradient: ([dy], [a, b], attributes) => [
    () => cosineGradient([a!, b!, dy!], attributes)[0]!,
    () => cosineGradient([b!, a!, dy!], attributes)[0]!,
  ],
});

/** Gradient of the cosine for its first argument. */
const cosineGradient = defineKernel<{ epsilon: number }>({
  name: 'MmrecCosineOfRowsGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [a, b, dy], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    forEachRow(shape!, (start, end, row) => {
      const square = dot(a!, a!, start, end);
      const norms = Math.sqrt(square * dot(b!, b!, start, end));
      if (norms <= epsilon) return;
      const scale = dy![row]! / norms;
      const along = (scale * dot(a!, b!, start, end)) / square;
      for (let at = start; at < end; at++) out![at] = scale * b![at]! - along * a![at]!;
    });
  },
  compose: ([a, b, dy], { epsilon }) => {
    const squares = sum(square(a!), 1, true);
    const norms = mul(sqrt(squares), norm(b!, 2, 1, true));
    const scale = div(dy!.expandDims(1), norms);
    const along = div(mul(scale, sum(mul(a!, b!), 1, true)), squares);
    return where(greater(norms, epsilon), sub(mul(scale, b!), mul(along, a!)), 0);
  },
  wasm: ({ runtime, inputs: [a, b, dy], outputs: [out], shapes: [shape], attributes }) => {
    const [count, columns] = shape as [number, number];
    runtime.parallel('cosineRowsGradient', { count, cost: 4 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      const rows = [a! + skip, b! + skip, dy! + 4 * from, to - from, columns];
      return [...rows, attributes.epsilon, out! + skip];
    });
  },
});

const meanCosine = defineKernel<{ epsilon: number }>({
  name: 'MmrecMeanCosineOfRows',
  outputs: () => [{ shape: [], dtype: 'float32' }],
  host: ({ inputs: [a, b], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    let total = 0;
    forEachRow(shape!, (start, end) => {
      const norms = Math.sqrt(dot(a!, a!, start, end) * dot(b!, b!, start, end));
      total += dot(a!, b!, start, end) / Math.max(norms, epsilon);
    });
    out![0] = total / shape![0]!;
  },
  compose: ([a, b], { epsilon }) => mean(cosinesOf(a!, b!, epsilon)),
  wasm: ({ runtime, inputs: [a, b], outputs: [out], shapes: [shape], attributes: { epsilon } }) => {
    const [count, columns] = shape as [number, number];
    const cosines = runtime.allocate(count);
    runtime.parallel('cosineRows', { count, cost: 3 * columns }, (from, to) => {
      const skip = 4 * from * columns;
      return [a! + skip, b! + skip, to - from, columns, epsilon, cosines.pointer + 4 * from];
    });
    const floats = runtime.floats();
    let total = 0;
    for (let row = 0; row < count; row++) total += floats[cosines.pointer / 4 + row]!;
    floats[out! / 4] = total / count;
    cosines.release();
  },
  saves: [0, 1],
  gradient: ([dy], [a, b], attributes) => {
    const share = () => mul(ones([a!.shape[0]!]), div(dy!, a!.shape[0]!));
    return [
      () => cosineGradient([a!, b!, share()], attributes)[0]!,
      () => cosineGradient([b!, a!, share()], attributes)[0]!,
    ];
  },
});

/**
 * Rows divided by their Euclidean norm, `x / max(‖x‖, ε)`: a row of zeros stays zero, and no
 * gradient reaches it.
 *
 * @param x - `[n, d]`, float32.
 * @param epsilon - Smallest norm to divide by; 1e-12 by default, as in PyTorch's `normalize`.
 * @returns `[n, d]`.
 * @throws {RangeError} If `x` is not of rank 2.
 * @example
 * ```ts
 * l2NormalizeRows(tf.tensor2d([[3, 4], [0, 0]])) // => [[0.6, 0.8], [0, 0]]
 * ```
 */
export function l2NormalizeRows(x: Tensor2D, epsilon = 1e-12): Tensor2D {
  checkShape('l2NormalizeRows', { x }, [null, null]);
  return normalize([x], { epsilon })[0] as Tensor2D;
}

/**
 * Cosine similarity of each pair of rows, `a · b / max(‖a‖ ‖b‖, ε)`: 0, without gradient, when one
 * of them is zero.
 *
 * @param a - `[n, d]`, float32.
 * @param b - `[n, d]`, float32.
 * @param epsilon - Smallest product of norms to divide by; 1e-8 by default.
 * @returns `[n]`, from −1 to 1.
 * @throws {RangeError} If the shapes differ.
 * @example
 * ```ts
 * cosineOfRows(tf.tensor2d([[1, 0], [1, 0]]), tf.tensor2d([[3, 4], [0, 0]])) // => [0.6, 0]
 * ```
 */
export function cosineOfRows(a: Tensor2D, b: Tensor2D, epsilon = 1e-8): Tensor1D {
  checkSameShape('cosineOfRows', { a, b });
  checkShape('cosineOfRows', { a }, [null, null]);
  return cosine([a, b], { epsilon })[0] as Tensor1D;
}

/**
 * Mean of {@link cosineOfRows} over all rows, as one operation forward and one backward.
 *
 * @param a - `[n, d]`, float32, n ≥ 1.
 * @param b - `[n, d]`, float32.
 * @param epsilon - Smallest product of norms to divide by; 1e-8 by default.
 * @returns A scalar, from −1 to 1.
 * @throws {RangeError} If the shapes differ.
 * @example
 * ```ts
 * meanCosineOfRows(tf.tensor2d([[1, 0], [1, 0]]), tf.tensor2d([[3, 4], [0, 0]])) // => 0.3
 * ```
 */
export function meanCosineOfRows(a: Tensor2D, b: Tensor2D, epsilon = 1e-8): Scalar {
  checkSameShape('meanCosineOfRows', { a, b });
  checkShape('meanCosineOfRows', { a }, [null, null]);
  return meanCosine([a, b], { epsilon })[0] as Scalar;
}

function cosinesOf(a: Tensor, b: Tensor, epsilon: number): Tensor {
  const norms = mul(norm(a, 2, 1), norm(b, 2, 1));
  return div(sum(mul(a, b), 1), maximum(norms, epsilon));
}

function forEachRow(
  [rows, columns]: readonly number[],
  visit: (start: number, end: number, row: number) => void,
): void {
  for (let row = 0; row < rows!; row++) visit(row * columns!, (row + 1) * columns!, row);
}

// eslint-disable-next-line max-params -- called in inner loops, where an object would be allocated
function dot(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum += a[at]! * b[at]!;
  return sum;
}
