import { drawValues, itemsByUser, type Interactions, type LossTerms, type Rng } from '@mmrec/core';
import { gatherRows, withoutGradient } from '@mmrec/ops';
import {
  add,
  mean,
  mul,
  neg,
  sqrt,
  square,
  sub,
  tensor2d,
  type Scalar,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { createCritic } from './critic.js';
import type { GeneratorOutput } from './generator.js';
import { below, observedEntries, timesWeight, type InteractionRows } from './interaction-rows.js';
import type { MmsslOptions } from './options.js';
import { publishedRealRows, realRows } from './real-rows.js';
import { cosineRows, scoreRows } from './score-rows.js';

/** The adversarial task: a critic, and the rows that it tells apart. */
export interface Adversary {
  readonly parameters: Readonly<Record<string, Variable>>;
  /** Terms of the critic's objective, for what the generator makes now. */
  criticLosses(output: GeneratorOutput, users: Int32Array, draw: Rng): LossTerms;
  /** What the generator minimises: minus the critic's mean score of its rows. */
  generatorLoss(output: GeneratorOutput, users: Int32Array, draw: Rng): Scalar;
  /** Rows that the learned features generate for some users, one batch a modality. */
  generatedRows(output: GeneratorOutput, users: Int32Array): InteractionRows[];
  /** Rows that stand for what users really do. */
  realRows(output: GeneratorOutput, users: Int32Array, draw: Rng): InteractionRows;
}

/** Negative slope of the paper's LeakyReLU; the authors' code has 1 by mistake. */
const paperSlope = 0.2;

/** Makes the adversarial task over the rows of some interactions. */
export function createAdversary(
  { interactions, rng }: { readonly interactions: Interactions; readonly rng: Rng },
  options: Readonly<MmsslOptions>,
): Adversary {
  const { numItems } = interactions;
  const published = options.variant === 'published';
  const lists = itemsByUser(interactions);
  const width = Math.max(options.criticWidth || Math.floor(numItems / 4), 1);
  const critic = createCritic({
    numItems,
    widths: [width, Math.max(Math.floor(width / 2), 1)],
    dropout: [options.criticDropout, options.criticOutputDropout],
    slope: published ? 1 : paperSlope,
    scale: published ? 100 : 1,
    rng,
  });
  function generatedRows({ features }: GeneratorOutput, users: Int32Array): InteractionRows[] {
    const observed = observedEntries(lists, users, numItems);
    return Object.values(features).map((vectors) => {
      const own = { users: gatherRows(vectors.users, users), items: vectors.items };
      return published ? scoreRows(own, observed) : cosineRows(own);
    });
  }

  function rowsOfReality({ final }: GeneratorOutput, users: Int32Array, draw: Rng) {
    const observed = observedEntries(lists, users, numItems);
    const vectors = { users: gatherRows(final.users, users), items: final.items };
    const make = published ? publishedRealRows : realRows;
    return make(vectors, { observed, draw, options });
  }

  /** λ (‖∇D‖ − 1)², averaged, at random points between real and generated rows. */
  function penalty(real: Tensor2D, generated: Tensor2D, draw: Rng): Scalar {
    const rows = real.shape[0];
    const share = tensor2d(drawValues(draw.uniform('mix', [rows, 1])), [rows, 1]);
    // The first layer is linear: mixed products are the products of the mixed rows.
    const mixed = add<Tensor2D>(mul(real, share), mul(generated, sub(1, share)));
    const squared = critic.squaredInputGradients(critic.judge(mixed, draw.fork('penalty')));
    // Far below the float32 rounding of the sum of squares; the root needs a finite slope.
    const norms = sqrt(add(squared, 1e-30));
    return mul(mean<Scalar>(square(sub(norms, 1))), options.penaltyWeight);
  }

  return {
    parameters: critic.parameters,
    generatedRows,
    realRows: rowsOfReality,
    criticLosses: (output, users, draw) => {
      const rows = withoutGradient(() => [
        ...generatedRows(output, users),
        rowsOfReality(output, users, draw),
      ]);
      const products = timesWeight(rows, critic.firstWeight);
      const once = products.pop()!;
      const generated = below(products);
      // The real rows are judged as often as the generated ones, each time with other dropout.
      const real = below(products.map(() => once));
      const ofGenerated = critic.judge(generated, draw.fork('generated')).scores;
      const ofReal = critic.judge(real, draw.fork('real')).scores;
      return {
        'critic/generated': mean<Scalar>(ofGenerated),
        'critic/real': neg(mean<Scalar>(ofReal)),
        'critic/penalty': penalty(real, generated, draw),
      };
    },
    generatorLoss: (output, users, draw) => {
      const products = below(timesWeight(generatedRows(output, users), critic.firstWeight));
      const { scores } = critic.judge(products, draw.fork('generated'));
      return mul(mean<Scalar>(scores), -options.adversarialWeight);
    },
  };
}
