import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

const norm = defineKernel<object>({
  name: 'MmrecL2Norm',
  outputs: () => [{ shape: [], dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out] }) => {
    out![0] = Math.sqrt(x!.reduce((sum, value) => sum + value * value, 0));
  },
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape] }) => {
    const value = Math.sqrt(runtime.kernels.sumOfSquares(x!, sizeOf(shape!)));
    runtime.floats()[out! / 4] = value;
  },
  saves: [0],
  gradient: ([dy], [x]) => [() => normGradient([x!, dy!], {})[0]!],
});

const normGradient = defineKernel<object>({
  name: 'MmrecL2NormGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out] }) => {
    const length = Math.sqrt(x!.reduce((sum, value) => sum + value * value, 0));
    const scale = length === 0 ? 0 : dy![0]! / length;
    for (let at = 0; at < out!.length; at++) out![at] = scale * x![at]!;
  },
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape] }) => {
    const size = sizeOf(shape!);
    const length = Math.sqrt(runtime.kernels.sumOfSquares(x!, size));
    const scale = length === 0 ? 0 : runtime.floats()[dy! / 4]! / length;
    runtime.kernels.scale(x!, size, scale, out!);
  },
});

/**
 * Euclidean norm of all of a tensor's numbers (of a matrix: the Frobenius norm), in one pass forward
 * and two backward. Its gradient at zero is zero.
 *
 * @param x - Any shape, float32.
 * @returns A scalar.
 * @example
 * ```ts
 * l2Norm(tf.tensor2d([[3, 0], [0, 4]])) // => 5
 * ```
 */
export function l2Norm(x: Tensor): Scalar {
  return norm([x], {})[0] as Scalar;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
