import { itemFeatures, presence } from '@mmrec/core';
import type { Batch, ModelInputs, Recommender, Rng } from '@mmrec/core';
import {
  bprLoss,
  factoredInfoNceLoss,
  normRegularizer,
  squaredNormRegularizer,
} from '@mmrec/losses';
import { gatherRows, l2NormalizeRows, matrixVariable, xavierUniform } from '@mmrec/ops';
import { addN, dispose, dot, matMul, mean, mul, sum, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { countRows } from './count-rows.js';
import { createEncoder, type Encoded, type Modality } from './create-encoder.js';
import { normalizeFeatures } from './normalize-features.js';
import { lgmrecOptions, type LgmrecOptions } from './options.js';

/**
 * LGMRec: local and global graph learning for multimodal recommendation.
 *
 * Final embeddings are the propagated ids, the directions of each modality's propagated features, and the
 * direction of what all hyperedges pass on:
 *
 * $$E^* = E_{id} + \sum_m \frac{E_m}{\lVert E_m \rVert} + \alpha \frac{E_{ghe}}{\lVert E_{ghe} \rVert}
 * \qquad \mathcal L = -\mathrm{mean} \ln \sigma(e^*_u \cdot e^*_i - e^*_u \cdot e^*_j)
 * + \lambda_2 \sum_{m < m'} (\mathcal L^{u}_{m m'} + \mathcal L^{i}_{m m'}) + \lambda_1 \Omega$$
 *
 * $\mathcal L_{m m'}$ is InfoNCE, summed over the batch, of a user's (an item's) messages in modality m against
 * those of all users (items) in modality m'. With one modality, or weight 0, there is none.
 *
 * Parameters: `users`, `items`, and for each modality `<modality>/weight` and `<modality>/hyperedges`.
 *
 * @param inputs - Training interactions and item features by modality, any number of them. Features are not trained.
 *   An item that lacks a modality (`missing`) belongs to no hyperedge of it, doesn't count in its users' means, and is
 *   not contrasted.
 * @throws {TypeError | RangeError} For an unknown option or one out of range, for features whose number of
 *   rows is not the number of items, or for no features at all.
 * @see Guo et al., LGMRec: Local and global graph learning for multimodal recommendation, AAAI 2024.
 *   https://arxiv.org/abs/2312.16400
 */
export function createLgmrec(
  { interactions, features, rng }: ModelInputs,
  options: Partial<LgmrecOptions> = {},
): Recommender {
  const resolved = lgmrecOptions.resolve('createLgmrec', options);
  const { embeddingSize: d, variant } = resolved;
  const matrices = itemFeatures('createLgmrec', features, interactions.numItems);

  const weight = (name: string, rows: number, columns = d) =>
    xavierUniform({ rows, columns, rng: rng.fork(`init/${name}`) });
  const users = weight('users', interactions.numUsers);
  const items = weight('items', interactions.numItems);
  const modalities = Object.entries(matrices).map(([name, matrix]): Modality => ({
    name,
    features: matrixVariable(normalizeFeatures(matrix, resolved.featureNormalization), false),
    weight: weight(`${name}/weight`, matrix.columns),
    hyperedges: weight(`${name}/hyperedges`, matrix.columns, resolved.numHyperedges),
    present: presence(matrix),
  }));
  const parameters: Record<string, Variable> = { users, items };
  for (const { name, weight: w, hyperedges } of modalities) {
    parameters[`${name}/weight`] = w;
    parameters[`${name}/hyperedges`] = hyperedges;
  }

  const encoder = createEncoder(interactions, modalities, resolved);
  const encode = (draw?: Rng, rate?: number) =>
    encoder({ users: users as Tensor2D, items: items as Tensor2D }, draw, rate);
  const fuse = (encoded: Encoded, side: Side, rows?: Int32Array) =>
    fused(encoded, resolved, { side, rows });

  function losses(batch: Batch, draw: Rng) {
    const { users: u, positiveItems: i, negativeItems: j } = batch;
    const encoded = encode(draw, resolved.dropout);
    const user = fuse(encoded, 'users', u); // [batch, d]
    const [positive, negative] = [fuse(encoded, 'items', i), fuse(encoded, 'items', j)];
    const score = (item: Tensor2D) => sum<Tensor1D>(mul(user, item), 1); // [batch]
    const regularization =
      variant === 'paper'
        ? squaredNormRegularizer(Object.values(parameters), 0.5)
        : normRegularizer([user, positive, negative], u.length);
    const contrast = resolved.contrastWeight > 0 ? contrasts(encoded, resolved, batch) : [];
    return {
      bpr: mean<Scalar>(bprLoss(score(positive), score(negative))),
      ...(contrast.length > 0 && {
        contrast: mul<Scalar>(addN(contrast), resolved.contrastWeight),
      }),
      regularization: mul<Scalar>(regularization, resolved.regWeight),
    };
  }

  return {
    parameters,
    rowsOf: { users: 'users', items: 'items' },
    sampling: 'triplets',
    losses: (batch, draw) => tidy(() => losses(batch, draw)),
    embed: (draw) =>
      tidy(() => {
        const encoded = encode(variant === 'published' ? draw : undefined);
        return { users: fuse(encoded, 'users'), items: fuse(encoded, 'items') };
      }),
    dispose: () =>
      void dispose([...Object.values(parameters), ...modalities.map(({ features: x }) => x)]),
  };
}

type Side = 'users' | 'items';

/** Rows of one side: those of a batch, or all. */
interface Rows {
  readonly side: Side;
  readonly rows?: Int32Array | undefined;
}

/** Final embeddings: ids, the direction of each modality's features, the direction of the messages. */
function fused(
  { ids, local, global }: Encoded,
  { modalityWeight, hyperWeight }: Readonly<LgmrecOptions>,
  { side, rows }: Rows,
): Tensor2D {
  const pick = (table: Tensor2D) => (rows ? gatherRows(table, rows) : table);
  const weighted = (weight: number, x: Tensor2D): Tensor2D => (weight === 1 ? x : mul(x, weight));
  const messages = global.map(({ basis, [side]: shares }) => matMul<Tensor2D>(pick(shares), basis));
  return addN([
    pick(ids[side]),
    ...local.map((embeddings) => weighted(modalityWeight, l2NormalizeRows(pick(embeddings[side])))),
    weighted(hyperWeight, l2NormalizeRows(addN(messages))),
  ]);
}

/**
 * Contrast of every pair of modalities for the batch's users and positive items, the first modality's rows against
 * all of the second's, summed over the batch. A row that occurs n times is compared once and counts n times; an item
 * that lacks one of the modalities doesn't.
 */
function contrasts(
  { global }: Encoded,
  { contrastTemperature: temperature }: Readonly<LgmrecOptions>,
  batch: Batch,
): Scalar[] {
  const sides = [
    ['users', countRows(batch.users)],
    ['items', countRows(batch.positiveItems)],
  ] as const;
  return sides.flatMap(([side, { rows, counts }]) => {
    const all = global.map(({ basis, present, [side]: coefficients }) => ({
      factors: { coefficients, basis },
      present: side === 'items' ? present : undefined,
    }));
    return all.flatMap((first, at) => {
      const { coefficients, basis } = first.factors;
      const anchors = { coefficients: gatherRows(coefficients, rows), basis };
      return all.slice(at + 1).map(({ factors: candidates, present }) => {
        const loss = factoredInfoNceLoss({ anchors, candidates, positives: rows }, { temperature });
        // An item that lacks one of the two has nothing to compare.
        const weights = counts.map(
          (count, place) =>
            count * (first.present?.[rows[place]!] ?? 1) * (present?.[rows[place]!] ?? 1),
        );
        return dot(loss, tensor1d(weights)) as Scalar;
      });
    });
  });
}
