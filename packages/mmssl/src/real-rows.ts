import { drawValues, type Embeddings, type Rng } from '@mmrec/core';
import { l2NormalizeRows, sampledProducts, type SparsityPattern } from '@mmrec/ops';
import {
  add,
  addN,
  concat,
  log,
  matMul,
  maximum,
  mul,
  neg,
  ones,
  rsqrt,
  softmax,
  square,
  sub,
  sum,
  tensor1d,
  tensor2d,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { sumsOfRows, type FactoredRows, type InteractionRows } from './interaction-rows.js';
import type { MmsslOptions } from './options.js';
import { cosineRows, scoreRows } from './score-rows.js';

/** What real rows are made from, besides the embeddings of the batch's users and of all items. */
export interface RealRowInputs {
  readonly observed: SparsityPattern;
  /** Source of the noise. */
  readonly draw: Rng;
  readonly options: Pick<MmsslOptions, 'rowTemperature' | 'noiseWeight' | 'scoreWeight'>;
}

/**
 * Real rows of the paper's model, with noise on the observed entries only:
 *
 * $$\tilde a_u = \operatorname{rownorm}\bigl(\operatorname{softmax}_{i \in N_u}
 * ((1 + w\,g_{ui}) / \tau) + \zeta \operatorname{rownorm}(\cos(h_u, h_i))_i\bigr)$$
 *
 * with g standard Gumbel numbers.
 */
export function realRows(
  vectors: Embeddings,
  { observed, draw, options }: RealRowInputs,
): FactoredRows {
  const { rowTemperature, noiseWeight, scoreWeight } = options;
  const noise = drawValues(draw.gumbel('rows', [observed.indices.length]));
  const shares = tensor1d(softmaxOfRows(observed, noise, noiseWeight / rowTemperature));
  const scores = cosineRows(vectors);
  const scoresThere = sampledProducts(observed, scores.left, scores.right);
  // The squared norm of s + ζ n, with ‖n‖ = 1: ‖s‖² + 2 ζ s · n + ζ².
  const together = mul<Tensor2D>(sumsOfRows(observed, mul(shares, scoresThere)), scores.scale);
  const squared = addN([
    sumsOfRows(observed, square(shares)),
    mul<Tensor2D>(together, 2 * scoreWeight),
  ]);
  return {
    left: mul(scores.left, mul(scores.scale, scoreWeight)),
    right: scores.right,
    sparse: { pattern: observed, values: shares },
    scale: reciprocalRoot(add(squared, scoreWeight ** 2)),
  };
}

const reciprocalRoot = (squared: Tensor2D) => rsqrt<Tensor2D>(maximum<Tensor2D>(squared, 1e-24));

/** Softmax of `factor · logits` over each row's entries. */
function softmaxOfRows(
  { rows, offsets }: SparsityPattern,
  logits: Float32Array,
  factor: number,
): Float32Array {
  const out = new Float32Array(logits.length);
  for (let row = 0; row < rows; row++) {
    const values = logits.subarray(offsets[row], offsets[row + 1]);
    const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = values.map((value) => Math.exp(factor * (value - top)));
    const total = powers.reduce((a, b) => a + b, 0);
    out.set(
      powers.map((power) => power / total),
      offsets[row],
    );
  }
  return out;
}

/** Noise that is a smaller share of a row's norm is lost in the rounding of float32 sums over the items. */
const smallestNoise = 1e-6;

/**
 * Real rows of the authors' code, with noise in every entry:
 *
 * $$\tilde a_u = \operatorname{rownorm}\bigl(\operatorname{softmax}
 * (R_u - w \ln(-\ln(\epsilon + 10^{-8}) + 10^{-8}) / \tau)
 * + \zeta \operatorname{rownorm}((h_u h_I^\top) \odot (1 - R_u))\bigr)$$
 *
 * with ε uniform in [0, 1). Where the noise is too small to matter, the softmax has two values a row
 * and the rows are low rank plus sparse; otherwise they are made as they are.
 */
export function publishedRealRows(vectors: Embeddings, inputs: RealRowInputs): InteractionRows {
  const { rowTemperature, noiseWeight, scoreWeight } = inputs.options;
  // Norm of a softmax row, nearly; and the deviation of a Gumbel number.
  const softmaxNorm = 1 / Math.sqrt(inputs.observed.columns);
  const deviation = ((noiseWeight / rowTemperature) * Math.PI) / Math.sqrt(6);
  const share = (deviation * softmaxNorm) / (scoreWeight + softmaxNorm);
  return share < smallestNoise ? quietRealRows(vectors, inputs) : noisyRealRows(vectors, inputs);
}

/** The rows with their noise, as a dense matrix. */
export function noisyRealRows(
  { users, items }: Embeddings,
  { observed, draw, options }: RealRowInputs,
): InteractionRows {
  const { rowTemperature, noiseWeight, scoreWeight } = options;
  const interactions = denseRows(observed);
  const noise = draw.uniform('rows', interactions.shape);
  const uniform = tensor2d(drawValues(noise), interactions.shape);
  const gumbel = neg(log(add(neg(log(add<Tensor2D>(uniform, 1e-8))), 1e-8)));
  const shares = softmax(add<Tensor2D>(interactions, mul(gumbel, noiseWeight / rowTemperature)));
  const unseen = sub(1, interactions);
  const scores = l2NormalizeRows(mul<Tensor2D>(matMul(users, items, false, true), unseen));
  return { dense: l2NormalizeRows(add<Tensor2D>(shares, mul(scores, scoreWeight))) };
}

/**
 * The rows without their noise. The softmax is then p = 1 / (numItems + (e − 1) n) on the items that a
 * user does not have and e p on the n that they have: p everywhere, and (e − 1) p more on the latter.
 */
export function quietRealRows(
  vectors: Embeddings,
  { observed, options: { scoreWeight } }: Pick<RealRowInputs, 'observed' | 'options'>,
): FactoredRows {
  const { rows, columns, offsets } = observed;
  const [p, squares] = [new Float32Array(rows), new Float32Array(rows)];
  const more = new Float32Array(observed.indices.length);
  for (let row = 0; row < rows; row++) {
    const n = offsets[row + 1]! - offsets[row]!;
    p[row] = 1 / (columns + (Math.E - 1) * n);
    squares[row] = (columns + (Math.E ** 2 - 1) * n) * p[row]! ** 2;
    more.fill((Math.E - 1) * p[row]!, offsets[row], offsets[row + 1]);
  }
  const everywhere = tensor2d(p, [rows, 1]);
  const scores = scoreRows(vectors, observed);
  const weight = mul<Tensor2D>(scores.scale, scoreWeight); // [batch, 1]
  // Each row's weight at its entries.
  const weights = sampledProducts(observed, weight, ones([columns, 1]));
  // Scores are 0 where a user's items are, so that only p meets them: p times a row's sum.
  const sums = add<Tensor2D>(
    matMul(scores.left, sum<Tensor2D>(scores.right, 0, true), false, true),
    sumsOfRows(observed, scores.sparse!.values),
  );
  const together = mul<Tensor2D>(mul(everywhere, weight), sums);
  const squared = addN([tensor2d(squares, [rows, 1]), mul<Tensor2D>(together, 2)]);
  return {
    left: concat([mul<Tensor2D>(scores.left, weight), everywhere], 1) as Tensor2D,
    right: concat([scores.right, ones([columns, 1])], 1) as Tensor2D,
    sparse: {
      pattern: observed,
      values: add(tensor1d(more), mul(scores.sparse!.values, weights)),
    },
    scale: reciprocalRoot(add(squared, scoreWeight ** 2)),
  };
}

/** 1 at a pattern's entries, `[rows, columns]`. */
function denseRows({ rows, columns, offsets, indices }: SparsityPattern): Tensor2D {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      values[row * columns + indices[entry]!] = 1;
    }
  }
  return tensor2d(values, [rows, columns]);
}
