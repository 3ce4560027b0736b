import type { Embeddings } from '@mmrec/core';
import { l2NormalizeRows, sampledProducts, type SparsityPattern } from '@mmrec/ops';
import {
  matMul,
  maximum,
  mul,
  neg,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { sumsOfRows, type FactoredRows } from './interaction-rows.js';

/** Smallest share of a row's squares that is trusted to be left when masked entries are taken out. */
const smallestShare = 1e-6;

/**
 * Rows of inner products, each divided by its norm:
 *
 * $$a_u = \operatorname{rownorm}\bigl((x_u X_I^\top) \odot (1 - R_u)\bigr)$$
 *
 * With G the Gram matrix of the items, $\lVert x_u X_I^\top \rVert^2 = x_u G x_u^\top$; what is masked
 * is taken out of the norm and of the row entry by entry.
 *
 * @param vectors - Users of the batch `[batch, d]`, all items `[numItems, d]`.
 * @param masked - Entries that are 0 instead; absent: none.
 */
export function scoreRows({ users, items }: Embeddings, masked?: SparsityPattern): FactoredRows {
  const gram = matMul(items, items, true) as Tensor2D;
  const all = sum<Tensor2D>(mul(matMul(users, gram), users), 1, true); // [batch, 1]
  const reciprocal = (squares: Tensor2D) => rsqrt<Tensor2D>(maximum<Tensor2D>(squares, 1e-24));
  if (!masked) return { left: users, right: items, scale: reciprocal(all) };
  const entries = sampledProducts(masked, users, items);
  const left = maximum<Tensor2D>(
    sub(all, sumsOfRows(masked, square(entries))),
    mul(all, smallestShare),
  );
  return {
    left: users,
    right: items,
    sparse: { pattern: masked, values: neg(entries) },
    scale: reciprocal(left),
  };
}

/** Rows of cosines, each divided by its norm: nothing masked. */
export function cosineRows({ users, items }: Embeddings): FactoredRows {
  return scoreRows({ users: l2NormalizeRows(users), items: l2NormalizeRows(items) });
}
