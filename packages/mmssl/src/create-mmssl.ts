import { itemFeatures } from '@mmrec/core';
import type {
  Batch,
  Interactions,
  LossTerms,
  ModelInputs,
  Phase,
  Recommender,
  Rng,
} from '@mmrec/core';
import { bprLoss, squaredNormRegularizer, twoViewInfoNceLoss } from '@mmrec/losses';
import { gatherRows, withoutGradient } from '@mmrec/ops';
import {
  dispose,
  mean,
  mul,
  sum,
  tidy,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { createAdversary } from './adversary.js';
import { createGenerator, type GeneratorOutput } from './generator.js';
import { createModalityGraphs } from './modality-graphs.js';
import { mmsslOptions, type MmsslOptions } from './options.js';

/** What MMSSL is made from. */
export interface MmsslInputs extends ModelInputs {
  /** Modality graphs to use as they are, by modality, instead of learned ones. */
  readonly modalityGraphs?: Readonly<Record<string, Interactions>>;
}

/**
 * MMSSL: multimodal self-supervised learning, with an adversarial and a contrastive task between
 * modalities.
 *
 * With f̃ the features densified through the graph, $e^m$ the ids passed along the learned modality
 * graph, ê the propagated ids and $h = \hat e + \omega \sum_m \tilde f^m / \lVert \tilde f^m \rVert$:
 *
 * $$\mathcal L = \mathcal L_{BPR}(h) + \lambda_1 \textstyle\sum_m \mathcal L_{CL}(e^m, \hat e)
 * - \lambda_2 \mathbb E\, D(\hat A^m) + \text{regularisation}$$
 *
 * and the critic D minimises $\mathbb E\, D(\hat A^m) - \mathbb E\, D(\tilde A)$ with a gradient penalty,
 * one step before each of the generator's. Scores are $h_u \cdot h_i$.
 *
 * The critic's rows are low rank plus sparse and are never made: memory and time don't grow with
 * batch × items × width. Modality graphs are rebuilt at the start of each epoch; `embed` uses those that the
 * parameters were trained with last.
 *
 * Parameters: `users`, `items`; `<modality>/{weight,bias}`; `attention/{query,key,output}`;
 * `critic/{0,1}/{weight,bias,scale,shift}`, `critic/output/{weight,bias}`. Buffers: `<modality>/graph`.
 *
 * **Deviations** of variant `published` from the authors' code: parameters that it never uses don't
 * exist, and the modality graphs, which it empties after the first batch, are empty from the start.
 *
 * @param inputs - Training interactions and item features by modality, any number of them; optionally
 *   fixed modality graphs. An item that lacks a modality (`missing`) passes nothing on in it, and gets there what its
 *   users' other items pass on.
 * @throws {TypeError | RangeError} For an unknown option or one out of range, for features whose number
 *   of rows is not the number of items, or for no features at all.
 * @see Wei et al., Multi-modal self-supervised learning for recommendation, WWW 2023.
 *   https://arxiv.org/abs/2302.10632
 */
export function createMmssl(
  { interactions, features, rng, modalityGraphs }: MmsslInputs,
  options: Partial<MmsslOptions> = {},
): Recommender {
  const resolved = mmsslOptions.resolve('createMmssl', options);
  const { numUsers, numItems } = interactions;
  const modalities = Object.keys(features);
  const matrices = itemFeatures('createMmssl', features, numItems);
  checkNeighbors(resolved, numItems);
  const init = rng.fork('init');
  const generator = createGenerator({ interactions, features: matrices, rng: init }, resolved);
  const adversary =
    resolved.adversarialWeight > 0
      ? createAdversary({ interactions, rng: init }, resolved)
      : undefined;
  const graphs = createModalityGraphs({
    ...{ numUsers, numItems, modalities },
    neighbors: resolved.modalityIdWeight > 0 ? resolved.graphNeighbors : 0,
    given: modalityGraphs,
    features: () => tidy(() => generator.features()),
  });

  /** Each modality's ids against the final embeddings (or, in the paper, the propagated ids). */
  function contrast(output: GeneratorOutput, users: Int32Array): LossTerms {
    const { contrastWeight, temperature, variant } = resolved;
    if (contrastWeight === 0) return {};
    const [whole, epsilon] =
      variant === 'published' ? [output.final, 1e-8] : [output.propagated, 0];
    const counterparts = gatherRows(whole.users, users); // [batch, d]
    const terms = Object.entries(output.modalityIds).map(([name, ids]) => {
      const anchors = gatherRows(ids.users, users);
      const loss = twoViewInfoNceLoss(anchors, counterparts, { temperature, epsilon });
      return [`contrast/${name}`, mul<Scalar>(mean(loss), contrastWeight)] as const;
    });
    return Object.fromEntries(terms);
  }

  function generatorLosses(batch: Batch, draw: Rng): LossTerms {
    const { users, positiveItems, negativeItems } = batch;
    const output = generator.forward(graphs.current(), draw.fork('generator'));
    const hu = gatherRows(output.final.users, users); // [batch, d]
    const hp = gatherRows(output.final.items, positiveItems);
    const hn = gatherRows(output.final.items, negativeItems);
    const score = (h: Tensor2D) => sum<Tensor1D>(mul(hu, h), 1);
    const features = Object.values(output.features).flatMap((side) => [side.users, side.items]);
    return {
      bpr: mean<Scalar>(bprLoss(score(hp), score(hn))),
      regularization: mul<Scalar>(
        squaredNormRegularizer([hu, hp, hn], users.length),
        resolved.regWeight,
      ),
      featureRegularization: mul<Scalar>(
        squaredNormRegularizer(features, numItems),
        resolved.featureRegWeight,
      ),
      ...contrast(output, users),
      ...(adversary && { adversarial: adversary.generatorLoss(output, users, draw) }),
    };
  }

  const phases: Phase[] = [];
  if (adversary) {
    phases.push({
      name: 'critic',
      parameters: Object.keys(adversary.parameters),
      adam: { learningRate: resolved.criticLearningRate, beta1: 0.5, beta2: 0.9 },
      losses: ({ users }, draw) =>
        tidy(() => {
          const output = withoutGradient(() =>
            generator.forward(graphs.current(), draw.fork('generator')),
          );
          return adversary.criticLosses(output, users, draw);
        }),
    });
  }
  phases.push({
    name: 'generator',
    parameters: Object.keys(generator.parameters),
    losses: (batch, draw) => tidy(() => generatorLosses(batch, draw)),
  });
  const parameters: Record<string, Variable> = {
    ...generator.parameters,
    ...adversary?.parameters,
  };
  return {
    parameters,
    rowsOf: { users: 'users', items: 'items' },
    sampling: 'users',
    phases,
    losses: phases.at(-1)!.losses,
    startEpoch: () => {
      graphs.rebuild();
    },
    buffers: graphs.buffers,
    embed: () => tidy(() => generator.forward(graphs.current()).final),
    dispose: () => {
      dispose([...Object.values(parameters), ...Object.values(graphs.buffers)]);
      generator.dispose();
    },
  };
}

function checkNeighbors({ graphNeighbors }: Readonly<MmsslOptions>, numItems: number): void {
  if (graphNeighbors <= numItems) return;
  throw new RangeError(
    `createMmssl: graphNeighbors must be at most the number of items, ${numItems}, got ${graphNeighbors}.`,
  );
}
