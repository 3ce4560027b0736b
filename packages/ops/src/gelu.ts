import { add, mul, sigmoid, square, sub, util, type Tensor } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.js';

/** Twice the root of 2 / π, and the weight of the cube. */
const slope = 2 * Math.sqrt(2 / Math.PI);
const cube = 0.044715;

const gate = (x: number) => 1 / (1 + Math.exp(-slope * (x + cube * x ** 3)));
const gateOf = (x: Tensor) => sigmoid(mul(mul(x, slope), add(mul(square(x), cube), 1)));

const forward = defineKernel<object>({
  name: 'MmrecGelu',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x], outputs: [out] }) => {
    x!.forEach((value, at) => {
      out![at] = value * gate(value);
    });
  },
  compose: ([x]) => mul(x!, gateOf(x!)),
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape] }) => {
    const count = util.sizeFromShape([...shape!]);
    runtime.parallel('gelu', { count, cost: 6, multipleOf: 4 }, (from, to) => [
      ...[x! + 4 * from, to - from, out! + 4 * from],
    ]);
  },
  saves: [0],
  gradient: ([dy], [x]) => [() => backward([x!, dy!], {})[0]!],
});

const backward = defineKernel<object>({
  name: 'MmrecGeluGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: ({ inputs: [x, dy], outputs: [out] }) => {
    x!.forEach((value, at) => {
      const g = gate(value);
      const along = slope * (value + 3 * cube * value ** 3);
      out![at] = dy![at]! * (g + along * g * (1 - g));
    });
  },
  compose: ([x, dy]) => {
    const g = gateOf(x!);
    const along = mul(mul(x!, slope), add(mul(square(x!), 3 * cube), 1));
    return mul(dy!, add(g, mul(mul(along, g), sub(1, g))));
  },
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape] }) => {
    const count = util.sizeFromShape([...shape!]);
    runtime.parallel('geluGradient', { count, cost: 8, multipleOf: 4 }, (from, to) => [
      ...[x! + 4 * from, dy! + 4 * from, to - from, out! + 4 * from],
    ]);
  },
});

/**
 * Gaussian error linear unit, by its tanh approximation, as one operation forward and one backward.
 *
 * $$\mathrm{gelu}(x) = \tfrac12 x \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\, x^3)\right)\right)$$
 *
 * @param x - Any shape, float32.
 * @returns A tensor of the same shape.
 * @see Hendrycks and Gimpel, Gaussian error linear units, 2016, §2. https://arxiv.org/abs/1606.08415
 * @example
 * ```ts
 * gelu(tf.tensor1d([-1, 0, 2])) // => [-0.1588, 0, 1.9546]
 * ```
 */
export function gelu<T extends Tensor>(x: T): T {
  return forward([x], {})[0] as T;
}
