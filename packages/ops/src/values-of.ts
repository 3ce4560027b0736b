import { tidy, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The numbers of a tensor that is needed for nothing else; it and everything made on the way are disposed.
 *
 * In the place of `tidy(() => ….dataSync())`, which looks for tensors in every single number of what it returns, and
 * takes longer for it than most operations take to compute them.
 *
 * @param make - Makes a float32 tensor; called once, at once.
 * @returns Row-major. To be written into only where `make` makes the tensor anew: on some back ends it is its memory.
 * @example
 * ```ts
 * [...valuesOf(() => tf.square(tf.tensor1d([2, 3])))] // => [4, 9]
 * ```
 */
export function valuesOf(make: () => Tensor): Float32Array {
  const tensor = tidy(make);
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
