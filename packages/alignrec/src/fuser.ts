import type { Rng } from '@mmrec/core';
import { linear, xavierUniform, zerosVariable } from '@mmrec/ops';
import {
  add,
  dispose,
  matMul,
  mul,
  sigmoid,
  sub,
  tanh,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** What makes one embedding of a user's or an item's two. */
export interface Fuser {
  /**
   * Fuses rows, each on its own: training calls it with a batch's, evaluation with all.
   *
   * @param multimodal - Embeddings from content, `[n, d]`.
   * @param ids - Embeddings from ids, `[n, d]`.
   * @returns `[n, any]`, the same width for users and items.
   */
  fuse(multimodal: Tensor2D, ids: Tensor2D): Tensor2D;
  /** What the fuser learns, by name: trained, saved and disposed with the model, as `fuser/<name>`. */
  readonly parameters?: Readonly<Record<string, Variable>>;
}

/** The sum of both, AlignRec's own. */
export const additiveFuser: Fuser = {
  fuse: (multimodal, ids) => add(multimodal, ids),
};

/**
 * A fuser that attends: for each row it decides between the two embeddings.
 *
 * $$h = 2 (w\, h_{mm} + (1 - w)\, h_{id}), \qquad w = \sigma(s(h_{mm}) - s(h_{id})), \quad
 * s(x) = q^{\top} \tanh(x W + b)$$
 *
 * w is the softmax over both scores. It starts near the sum, which the factor 2 makes it where w = ½.
 *
 * @param inputs - Width of the embeddings, and the source of the initial parameters.
 * @example
 * ```ts
 * const { parameters } = attentionFuser({ embeddingSize: 8, rng: createRng(1) });
 * Object.keys(parameters!) // => ['weight', 'bias', 'query']
 * ```
 */
export function attentionFuser({
  embeddingSize: d,
  rng,
}: {
  readonly embeddingSize: number;
  readonly rng: Rng;
}): Fuser {
  const weight = xavierUniform({ rows: d, columns: d, rng: rng.fork('init/weight') });
  const bias = zerosVariable([d]);
  const query = xavierUniform({ rows: d, columns: 1, rng: rng.fork('init/query') });
  const score = (x: Tensor2D): Tensor2D =>
    matMul(tanh(linear(x, weight as Tensor2D, bias as unknown as Tensor1D)), query as Tensor2D);
  return {
    parameters: { weight, bias, query },
    fuse: (multimodal, ids) => {
      const share = sigmoid(sub(score(multimodal), score(ids))); // [n, 1]
      return mul(add(ids, mul(share, sub(multimodal, ids))), 2);
    },
  };
}

/** Frees what a fuser has learned. */
export function disposeFuser({ parameters = {} }: Fuser): void {
  dispose(Object.values(parameters));
}
