import { engine, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The same numbers, through which no gradient flows.
 *
 * The result shares the argument's memory: nothing is copied, and nothing is recorded for the
 * backward pass, so whatever led to the argument costs nothing there.
 *
 * @param x - Any tensor.
 * @returns A tensor of the same shape and dtype.
 * @example
 * ```ts
 * tf.grad((x: tf.Tensor) => tf.mul(stopGradient(x), x).sum())(tf.tensor1d([2, 3])) // => [2, 3]
 * ```
 */
export function stopGradient<T extends Tensor>(x: T): T {
  const { backend } = engine();
  // A second tensor on the same data: the engine frees the data when both are disposed.
  backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo(x, backend) as T;
}
