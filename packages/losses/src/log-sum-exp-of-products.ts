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

/**
 * Log-sum-exp of each anchor's inner products with all candidates.
 *
 * $$\ell_i = \ln \sum_j \exp(a_i \cdot c_j)$$
 *
 * Forwards, the log-sum-exp of the blocks' log-sum-exps. Backwards the products of a block are made
 * again: with $P_{ij} = \exp(a_i \cdot c_j - \ell_i)$ and g the gradient of ℓ, the gradients are
 * $\mathrm{diag}(g) P C$ and $P^{\top} \mathrm{diag}(g) A$.
 *
 * @param anchors - A, `[batch, d]`.
 * @param candidates - C, `[n, d]`.
 * @param blockSize - Candidates in a block.
 * @returns `[batch]`.
 */
export function logSumExpOfProducts(
  anchors: Tensor2D,
  candidates: Tensor2D,
  blockSize: number,
): Tensor1D {
  const operation = customGrad((...inputs) => {
    const [a, c, save] = inputs as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const value = forward(a, c, blockSize);
    save([a, c, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved, blockSize),
    };
  });
  return operation(anchors, candidates) as Tensor1D;
}

function forward(anchors: Tensor2D, candidates: Tensor2D, blockSize: number): Tensor1D {
  return tidy(() => {
    const parts = blocksOf(candidates, blockSize).map(([start, size]) =>
      tidy(() => logSumExp<Tensor1D>(productsWith(anchors, candidates, [start, size]), 1)),
    );
    return parts.length === 1 ? parts[0]! : logSumExp<Tensor1D>(stack(parts), 0);
  });
}

function backward(dy: Tensor, saved: Tensor[], blockSize: number): Tensor[] {
  const [anchors, candidates, value] = saved as [Tensor2D, Tensor2D, Tensor1D];
  const batch = anchors.shape[0];
  return tidy(() => {
    const shift = value.reshape<Tensor2D>([batch, 1]);
    const weight = dy.reshape<Tensor2D>([batch, 1]);
    let ofAnchors: Tensor2D = zerosLike(anchors);
    const ofCandidates = blocksOf(candidates, blockSize).map((block) => {
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

/** First row and number of rows of a block. */
type Block = readonly [number, number];

function blocksOf(candidates: Tensor2D, blockSize: number): Block[] {
  const [n] = candidates.shape;
  return Array.from({ length: Math.ceil(n / blockSize) }, (_, at) => {
    const start = at * blockSize;
    return [start, Math.min(blockSize, n - start)] as const;
  });
}

/** Products of all anchors with the candidates of a block, `[batch, block]`. */
function productsWith(anchors: Tensor2D, candidates: Tensor2D, block: Block): Tensor2D {
  return matMul(anchors, rowsOf(candidates, block), false, true);
}

function rowsOf(table: Tensor2D, [start, size]: Block): Tensor2D {
  return slice(table, [start, 0], [size, -1]);
}
