import type { Batch, ModelInputs, Recommender } from '@mmrec/core';
import { createInteractionGraph, lightGcn } from '@mmrec/graph';
import { bprLossOfGaps, normRegularizer, squaredNormRegularizer } from '@mmrec/losses';
import { l2NormOfRows, tripletGaps, xavierUniform } from '@mmrec/ops';
import { dispose, mean, mul, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { lightGcnOptions, type LightGcnOptions } from './options.js';

/**
 * LightGCN: user and item ids, propagated over the interaction graph, trained with BPR.
 *
 * $$H = \frac{1}{L+1} \sum_{l=0}^{L} \hat A^l E,\qquad
 * \mathcal L = -\mathrm{mean} \ln \sigma(h_u \cdot h_i - h_u \cdot h_j)
 * + \lambda \frac{\lVert E_u \rVert + \lVert E_i \rVert + \lVert E_j \rVert}{B}$$
 *
 * with the norms over the batch's initial embeddings, not squared, as the published toolbox has them. Variant
 * `paper` has half their squares instead.
 *
 * Parameters: `users` `[numUsers, d]`, `items` `[numItems, d]`.
 *
 * @param inputs - Training interactions; features are not used.
 * @throws {TypeError | RangeError} For an unknown option or one out of range.
 * @see He et al., LightGCN, SIGIR 2020. https://arxiv.org/abs/2002.02126
 */
export function createLightGcn(
  { interactions, rng }: Pick<ModelInputs, 'interactions' | 'rng'>,
  options: Partial<LightGcnOptions> = {},
): Recommender {
  const { embeddingSize, numLayers, regWeight, variant } = lightGcnOptions.resolve(
    'createLightGcn',
    options,
  );
  const regularizer = variant === 'paper' ? squaredNormRegularizer : normRegularizer;
  const graph = createInteractionGraph(interactions);
  const table = (name: string, rows: number) =>
    xavierUniform({ rows, columns: embeddingSize, rng: rng.fork(`init/${name}`) });
  const users = table('users', graph.numUsers);
  const items = table('items', graph.numItems);

  const encode = () =>
    lightGcn(
      graph,
      { users: users as Tensor2D, items: items as Tensor2D },
      { numLayers, combine: 'mean' },
    );

  function losses(batch: Batch) {
    const h = encode(); // users [numUsers, d], items [numItems, d]
    const { users: u, positiveItems: i, negativeItems: j } = batch;
    const norms = [
      l2NormOfRows(users as Tensor2D, u),
      l2NormOfRows(items as Tensor2D, i),
      l2NormOfRows(items as Tensor2D, j),
    ];
    return {
      bpr: mean<Scalar>(bprLossOfGaps(tripletGaps(h.users, h.items, batch))),
      regularization: mul<Scalar>(regularizer(norms, u.length), regWeight),
    };
  }

  const parameters = { users, items };
  return {
    parameters,
    rowsOf: { users: 'users', items: 'items' },
    sampling: 'triplets',
    losses: (batch) => tidy(() => losses(batch)),
    embed: () => tidy(encode),
    dispose: () => void dispose(Object.values(parameters)),
  };
}
