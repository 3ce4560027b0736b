import { drawValues, type Draw, type Embeddings, type ItemLists } from '@mmrec/core';
import { l2NormalizeRows, sampledProducts, sparseProduct, type SparsityPattern } from '@mmrec/ops';
import {
  add,
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
  tensor,
  tensor1d,
  tensor2d,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { MmsslOptions } from './options.js';

/**
 * Rows of users over all items, `[batch, numItems]`, known by what they do to a matrix: a critic's first
 * layer needs no more, and a row that is low rank plus sparse need never be made.
 */
export interface InteractionRows {
  /** The rows times `[numItems, n]`: `[batch, n]`. */
  times(weight: Tensor2D): Tensor2D;
}

/** The items that each user of a batch has, as a pattern `[batch, numItems]`. */
export function observedEntries(
  { offsets, items }: ItemLists,
  users: Int32Array,
  numItems: number,
): SparsityPattern {
  const starts = new Int32Array(users.length + 1);
  users.forEach((user, row) => {
    starts[row + 1] = starts[row]! + offsets[user + 1]! - offsets[user]!;
  });
  const indices = new Int32Array(starts[users.length]!);
  users.forEach((user, row) => {
    indices.set(items.subarray(offsets[user], offsets[user + 1]), starts[row]);
  });
  return { rows: users.length, columns: numItems, offsets: starts, indices };
}

/** Smallest share of a row's squares that is trusted to be left when masked entries are taken out. */
const smallestShare = 1e-6;

/**
 * Rows of inner products, each divided by its norm:
 *
 * $$a_u = \operatorname{rownorm}\bigl((x_u X_I^\top) \odot (1 - R_u)\bigr)$$
 *
 * With G the Gram matrix of the items, $\lVert x_u X_I^\top \rVert^2 = x_u G x_u^\top$; what is masked
 * is taken out of the norm and of the product entry by entry.
 *
 * @param vectors - Users of the batch `[batch, d]`, all items `[numItems, d]`.
 * @param masked - Entries that are 0 instead; absent: none.
 */
export function scoreRows(
  { users, items }: Embeddings,
  masked?: SparsityPattern,
): InteractionRows & { readonly scale: Tensor2D } {
  const all = sum<Tensor2D>(
    mul(matMul(users, matMul(items, items, true) as Tensor2D), users),
    1,
    true,
  );
  const entries = masked && sampledProducts(masked, users, items);
  const left = entries
    ? maximum<Tensor2D>(sub(all, sumsOfRows(masked, square(entries))), mul(all, smallestShare))
    : all;
  const scale = rsqrt<Tensor2D>(maximum<Tensor2D>(left, 1e-24)); // [batch, 1]
  return {
    scale,
    times: (weight) => {
      const whole = matMul(users, matMul(items, weight, true) as Tensor2D);
      const product = entries ? sub(whole, sparseProduct(masked, entries, weight)) : whole;
      return mul(product, scale);
    },
  };
}

/** Rows of cosines, each divided by its norm: nothing masked. */
export function cosineRows({ users, items }: Embeddings): ReturnType<typeof scoreRows> {
  return scoreRows({ users: l2NormalizeRows(users), items: l2NormalizeRows(items) });
}

/** Sums of a pattern's values by row, `[rows, 1]`. */
function sumsOfRows(pattern: SparsityPattern, values: Tensor1D): Tensor2D {
  return sparseProduct(pattern, values, ones([pattern.columns, 1]));
}

type RealRowOptions = Pick<MmsslOptions, 'rowTemperature' | 'noiseWeight' | 'scoreWeight'>;

/**
 * Real rows of the paper's model, with noise on the observed entries only:
 *
 * $$\tilde a_u = \operatorname{rownorm}\bigl(\operatorname{softmax}_{i \in N_u}
 * ((1 + w\,g_{ui}) / \tau) + \zeta \operatorname{rownorm}(\cos(h_u, h_i))_i\bigr)$$
 *
 * @param noise - Standard Gumbel numbers g, one an observed entry.
 */
export function realRows(
  vectors: Embeddings,
  { observed, noise, options }: { observed: SparsityPattern; noise: Draw; options: RealRowOptions },
): InteractionRows {
  const { rowTemperature, noiseWeight, scoreWeight } = options;
  const shares = tensor1d(softmaxOfRows(observed, drawValues(noise), noiseWeight / rowTemperature));
  const unit = { users: l2NormalizeRows(vectors.users), items: l2NormalizeRows(vectors.items) };
  const scores = scoreRows(unit);
  const scoresThere = sampledProducts(observed, unit.users, unit.items);
  const together = mul<Tensor2D>(sumsOfRows(observed, mul(shares, scoresThere)), scores.scale);
  // ‖s + ζ n‖² with ‖n‖ = 1.
  const squared = add<Tensor2D>(
    add(sumsOfRows(observed, square(shares)), mul(together, 2 * scoreWeight)),
    scoreWeight ** 2,
  );
  const scale = rsqrt(maximum<Tensor2D>(squared, 1e-24)); // [batch, 1]
  return {
    times: (weight) => {
      const sparse = sparseProduct(observed, shares, weight);
      return mul(add(sparse, mul(scores.times(weight), scoreWeight)), scale);
    },
  };
}

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

/**
 * Real rows of the authors' code, with noise in every entry, made as they are:
 *
 * $$\tilde a_u = \operatorname{rownorm}\bigl(\operatorname{softmax}
 * (R_u - w \ln(-\ln(\epsilon + 10^{-8}) + 10^{-8}) / \tau)
 * + \zeta \operatorname{rownorm}((h_u h_I^\top) \odot (1 - R_u))\bigr)$$
 *
 * @param noise - Uniform numbers ε, `[batch, numItems]`.
 */
export function publishedRealRows(
  { users, items }: Embeddings,
  { observed, noise, options }: { observed: SparsityPattern; noise: Draw; options: RealRowOptions },
): InteractionRows {
  const { rowTemperature, noiseWeight, scoreWeight } = options;
  const interactions = denseRows(observed);
  const uniform = tensor(drawValues(noise), interactions.shape);
  const gumbel = neg(log(add(neg(log(add<Tensor2D>(uniform, 1e-8))), 1e-8)));
  const shares = softmax(add<Tensor2D>(interactions, mul(gumbel, noiseWeight / rowTemperature)));
  const unseen = sub(1, interactions);
  const scores = l2NormalizeRows(mul<Tensor2D>(matMul(users, items, false, true), unseen));
  const rows = l2NormalizeRows(add<Tensor2D>(shares, mul(scores, scoreWeight)));
  return { times: (weight) => matMul(rows, weight) };
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
