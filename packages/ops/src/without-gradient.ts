import { engine } from '@tensorflow/tfjs-core';

/**
 * Computes something as a constant: nothing of it is recorded, so that no gradient flows through the
 * result to whatever it was made from, and nothing is kept for a backward pass.
 *
 * For a single tensor that is there anyway, {@link stopGradient} is simpler.
 *
 * @param compute - Computes the result; called once, at once.
 * @returns What `compute` returned.
 * @example
 * ```ts
 * tf.grad((x: tf.Tensor) => tf.mul(x, withoutGradient(() => tf.square(x))).sum())(tf.tensor1d([2, 3])) // => [4, 9]
 * ```
 */
export function withoutGradient<Result>(compute: () => Result): Result {
  // The engine records operations outside of kernels only: inside this call, all are inside of one.
  const { state } = engine();
  state.kernelDepth++;
  try {
    return compute();
  } finally {
    state.kernelDepth--;
  }
}
