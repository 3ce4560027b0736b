import { checkShape } from '@mmrec/core';
import { l2Norm } from '@mmrec/ops';
import {
  add,
  customGrad,
  divNoNan,
  matMul,
  maximum,
  mul,
  sqrt,
  square,
  sub,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** Share of the norms of both Gram matrices below which float32 can't tell their distance from zero. */
const resolution = 1e-3;

/**
 * Distance of the inner products between some embeddings from those between some features, without making
 * either matrix of products.
 *
 * $$\ell = \lVert H H^{\top} - X X^{\top} \rVert_F
 * = \sqrt{\lVert H^{\top} H \rVert^2 - 2 \lVert X^{\top} H \rVert^2 + \lVert X^{\top} X \rVert^2}$$
 *
 * What `similarityPreservingRegularizer` computes from a matrix of similarities, times the batch size, where
 * these are inner products: with rows of length 1, cosines. Rows that occur n times may be given once,
 * multiplied by √n. Cost: d² + d · columns + min(n, columns)² / 2 · 2 multiplications a row forwards, 2 d² +
 * 2 d · columns with the gradient, instead of n · (2 d + columns); never n² numbers.
 *
 * No gradient flows to the features. The difference of large numbers is exact to about a thousandth of both
 * matrices' norms: a distance below that is rounded up to it.
 *
 * @param embeddings - H, `[n, d]`.
 * @param features - X, `[n, columns]`.
 * @returns A scalar.
 * @throws {RangeError} If the numbers of rows differ.
 * @see Liu et al., AlignRec, CIKM 2024, §4.4. https://arxiv.org/abs/2403.12384
 * @example
 * ```ts
 * const features = tf.tensor2d([[1, 0, 0], [0.6, 0.8, 0]]);
 * gramDistance(tf.tensor2d([[1, 0], [0, 1]]), features) // => 0.8485
 * ```
 */
export function gramDistance(embeddings: Tensor2D, features: Tensor2D): Scalar {
  checkShape('gramDistance', { embeddings }, [null, null]);
  checkShape('gramDistance', { features }, [embeddings.shape[0], null]);
  const x = features;
  const operation = customGrad((...inputs) => {
    const [h, save] = inputs as [Tensor2D, (tensors: Tensor[]) => void];
    const [own, mixed] = [matMul(h, h, true), matMul(x, h, true)]; // [d, d] and [columns, d]
    const [rows, columns] = x.shape;
    const [ofOwn, ofMixed, ofFeatures] = [
      square(l2Norm(own)),
      square(l2Norm(mixed)),
      square(l2Norm(columns <= rows ? matMul(x, x, true) : matMul(x, x, false, true))),
    ];
    const sums = add(ofOwn, ofFeatures);
    const least = mul(sums, resolution ** 2);
    const value = sqrt(maximum(sub(sums, mul(ofMixed, 2)), least));
    save([h, x, own, mixed, value]);
    return { value, gradFunc: gradient };
  });
  return operation(embeddings) as Scalar;
}

/** 2 (H Hᵀ − X Xᵀ) H over the distance. */
function gradient(dy: Tensor, saved: Tensor[]): Tensor {
  const [h, x, own, mixed, value] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor2D, Scalar];
  return tidy(() => {
    const scale = mul(divNoNan(dy, value), 2);
    return mul(sub(matMul(h, own), matMul(x, mixed)), scale);
  });
}
