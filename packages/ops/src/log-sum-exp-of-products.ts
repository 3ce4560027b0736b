import { checkShape } from '@mmrec/core';
import {
  add,
  concat,
  customGrad,
  exp,
  logSumExp,
  matMul,
  mul,
  slice,
  stack,
  sub,
  tidy,
  zerosLike,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { gradientsInKernels, valueInKernels, type Values } from './log-sum-exp-kernels.js';
import { tensorMemory } from './tensor-memory.js';
import { blocksOf, type Range } from './wasm/partition.js';

/**
 * Log-sum-exp of each anchor's inner products with all candidates, with gradients for both: the normaliser of a
 * softmax over a table, of which a contrastive loss needs no more.
 *
 * $$\ell_i = \ln \sum_j \exp(a_i \cdot c_j)$$
 *
 * The products are never held, forwards or backwards: with $P_{ij} = \exp(a_i \cdot c_j - \ell_i)$ and g the
 * gradient of ℓ, the gradients are $\mathrm{diag}(g) P C$ and $P^{\top} \mathrm{diag}(g) A$, for which the
 * products are made again block by block. Stable for products of any size. It can be differentiated once.
 *
 * Cost: 2 · batch · n · d FLOPs and as many exponentials as products forward, three times the FLOPs backward. Rows
 * of up to 4 numbers have a kernel of their own, which keeps nothing but sums; numbers below 1e-18 are zero to it.
 *
 * @param anchors - A, `[batch, d]`, float32.
 * @param candidates - C, `[n, d]`, n ≥ 1.
 * @param blockSize - Candidates whose products are in memory at a time, where they are.
 * @returns `[batch]`.
 * @throws {RangeError} If the shapes don't fit.
 * @example
 * ```ts
 * logSumExpOfProducts(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 0], [1, 0], [0, 1]])) // => [2.4076]
 * ```
 */
export function logSumExpOfProducts(
  anchors: Tensor2D,
  candidates: Tensor2D,
  blockSize = 2048,
): Tensor1D {
  const where = 'logSumExpOfProducts';
  checkShape(where, { anchors }, [null, null]);
  checkShape(where, { candidates }, [null, anchors.shape[1]]);
  const operation = customGrad((...inputs) => {
    const [a, c, save] = inputs as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const memory = tensorMemory();
    const value = memory ? valueInKernels(memory, a, c) : composedValue(a, c, blockSize);
    save([a, c, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const values = [...saved, dy] as unknown as Values;
        return memory
          ? gradientsInKernels(memory, values, blockSize)
          : composedGradients(values, blockSize);
      },
    };
  });
  return operation(anchors, candidates) as Tensor1D;
}

/** The log-sum-exp of the blocks' log-sum-exps. */
function composedValue(anchors: Tensor2D, candidates: Tensor2D, blockSize: number): Tensor1D {
  return tidy(() => {
    const parts = blocksOf(candidates.shape[0], blockSize).map((block) =>
      tidy(() => logSumExp<Tensor1D>(productsWith(anchors, candidates, block), 1)),
    );
    return parts.length === 1 ? parts[0]! : logSumExp<Tensor1D>(stack(parts), 0);
  });
}

function composedGradients([anchors, candidates, value, dy]: Values, blockSize: number): Tensor[] {
  const batch = anchors.shape[0];
  return tidy(() => {
    const shift = value.reshape<Tensor2D>([batch, 1]);
    const weight = dy.reshape<Tensor2D>([batch, 1]);
    let ofAnchors: Tensor2D = zerosLike(anchors);
    const ofCandidates = blocksOf(candidates.shape[0], blockSize).map((block) => {
      const [anchorsPart, candidatesPart] = tidy(() => {
        const shares = exp(sub(productsWith(anchors, candidates, block), shift));
        const weighted = mul<Tensor2D>(shares, weight); // [batch, block]
        return [
          add<Tensor2D>(ofAnchors, matMul(weighted, rowsOf(candidates, block))),
          matMul(weighted, anchors, true, false),
        ];
      }) as [Tensor2D, Tensor2D];
      ofAnchors.dispose();
      ofAnchors = anchorsPart;
      return candidatesPart;
    });
    return [ofAnchors, concat(ofCandidates, 0)];
  });
}

/** Products of all anchors with the candidates of a block, `[batch, block]`. */
function productsWith(anchors: Tensor2D, candidates: Tensor2D, block: Range): Tensor2D {
  return matMul(anchors, rowsOf(candidates, block), false, true);
}

function rowsOf(table: Tensor2D, [from, to]: Range): Tensor2D {
  return slice(table, [from, 0], [to - from, -1]);
}
