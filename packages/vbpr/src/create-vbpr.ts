import { defineOptions, itemFeatures } from '@mmrec/core';
import type { Batch, FeatureMatrix, ModelDefinition, ModelInputs, Recommender } from '@mmrec/core';
import { bprLoss, squaredNormRegularizer } from '@mmrec/losses';
import { gatherRows, matrixVariable, xavierUniform, zerosVariable } from '@mmrec/ops';
import { add, concat, dispose, matMul, mean, mul, ones, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Options of VBPR. */
export interface VbprOptions {
  /** Width of the latent factors, and as many again for the features' factors. */
  embeddingSize: number;
  /** Weight of the regulariser, λ. */
  regWeight: number;
}

/** Rules and defaults of {@link VbprOptions}. */
export const vbprOptions = defineOptions<VbprOptions>({
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the factors.' },
  regWeight: { kind: 'number', default: 1e-4, min: 0, description: 'Weight of the regulariser.' },
});

/**
 * VBPR: matrix factorisation with a second set of factors that are made from the items' features.
 *
 * $$s_{ui} = \beta_i + \gamma_u \cdot \gamma_i + \theta_u \cdot E^{\top} f_i + \beta' \cdot f_i \qquad
 * \mathcal L = -\mathrm{mean} \ln \sigma(s_{ui} - s_{uj}) + \frac{\lambda}{2} \Omega$$
 *
 * f is an item's features of all modalities side by side, Ω the squared norms of the batch's rows, averaged.
 * The paper's global and user biases change no ranking and get no gradient: they are left out.
 *
 * Parameters: `users` γ_u, `items` γ_i, `tastes` θ_u, `bias` β_i, `projection` E, `featureBias` β'.
 *
 * @param inputs - Training interactions and item features by modality, any number of them; zeros where one is
 *   `missing`.
 * @throws {TypeError | RangeError} For an unknown option, one out of range, or features that don't fit.
 * @see He and McAuley, VBPR: Visual Bayesian personalized ranking from implicit feedback, AAAI 2016.
 *   https://arxiv.org/abs/1510.01784
 */
export function createVbpr(
  { interactions, features, rng }: ModelInputs,
  options: Partial<VbprOptions> = {},
): Recommender {
  const { embeddingSize: k, regWeight } = vbprOptions.resolve('createVbpr', options);
  const { numUsers, numItems } = interactions;
  const matrices = itemFeatures('createVbpr', features, numItems);
  const table = matrixVariable(sideBySide(matrices, numItems), false); // [numItems, columns]
  const columns = table.shape[1]!;
  const weight = (name: string, rows: number) =>
    xavierUniform({ rows, columns: k, rng: rng.fork(`init/${name}`) });
  const parameters = {
    users: weight('users', numUsers),
    items: weight('items', numItems),
    tastes: weight('tastes', numUsers),
    bias: zerosVariable([numItems, 1]),
    projection: weight('projection', columns),
    featureBias: zerosVariable([columns, 1]),
  };
  const matrix = (name: keyof typeof parameters) => parameters[name] as Tensor2D;

  /** Both sets of factors and a one for the bias, `[n, 2k + 1]`. */
  const usersOf = (factors: Tensor2D, tastes: Tensor2D): Tensor2D =>
    concat([factors, tastes, ones([factors.shape[0], 1])], 1);

  /** Both sets of factors and the bias, `[n, 2k + 1]`: the product with a user's row is the score. */
  const itemsOf = (factors: Tensor2D, bias: Tensor2D, f: Tensor2D): Tensor2D =>
    concat(
      [
        factors,
        matMul<Tensor2D>(f, matrix('projection')),
        add<Tensor2D>(bias, matMul(f, matrix('featureBias'))),
      ],
      1,
    );

  function losses({ users: u, positiveItems: i, negativeItems: j }: Batch) {
    const [factors, tastes] = [gatherRows(matrix('users'), u), gatherRows(matrix('tastes'), u)];
    const user = usersOf(factors, tastes);
    const sides = [i, j].map((rows) => {
      const [own, bias] = [gatherRows(matrix('items'), rows), gatherRows(matrix('bias'), rows)];
      const item = itemsOf(own, bias, gatherRows(table as Tensor2D, rows));
      return { score: sum<Tensor1D>(mul(user, item), 1), rows: [own, bias] };
    });
    const touched = [factors, tastes, ...sides.flatMap(({ rows }) => rows)];
    return {
      bpr: mean<Scalar>(bprLoss(sides[0]!.score, sides[1]!.score)),
      regularization: mul<Scalar>(squaredNormRegularizer(touched, u.length), regWeight),
    };
  }

  return {
    parameters,
    rowsOf: { users: 'users', items: 'items', tastes: 'users', bias: 'items' },
    sampling: 'triplets',
    losses: (batch) => tidy(() => losses(batch)),
    embed: () =>
      tidy(() => ({
        users: usersOf(matrix('users'), matrix('tastes')),
        items: itemsOf(matrix('items'), matrix('bias'), table as Tensor2D),
      })),
    dispose: () => void dispose([...Object.values(parameters), table]),
  };
}

/** The features of all modalities in one matrix. */
function sideBySide(features: Readonly<Record<string, FeatureMatrix>>, numItems: number) {
  const parts = Object.values(features);
  const columns = parts.reduce((total, part) => total + part.columns, 0);
  const data = new Float32Array(numItems * columns);
  for (let row = 0, at = 0; row < numItems; row++) {
    for (const part of parts) {
      data.set(part.data.subarray(row * part.columns, (row + 1) * part.columns), at);
      at += part.columns;
    }
  }
  return { rows: numItems, columns, data };
}

/** VBPR as the command line and the trainer know it. */
export const vbpr: ModelDefinition<VbprOptions> = {
  name: 'vbpr',
  description: 'VBPR (AAAI 2016): matrix factorisation with factors made from item features.',
  options: vbprOptions,
  needsFeatures: true,
  training: { learningRate: 1e-3, batchSize: 2048 },
  create: createVbpr,
};
