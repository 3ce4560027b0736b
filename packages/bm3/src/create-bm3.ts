import { itemFeatures } from '@mmrec/core';
import type { Batch, Embeddings, ModelInputs, Recommender, Rng } from '@mmrec/core';
import { createInteractionGraph, lightGcn } from '@mmrec/graph';
import { meanNegativeCosineLoss, normRegularizer, squaredNormRegularizer } from '@mmrec/losses';
import {
  dropout,
  gatherRows,
  linear,
  matrixVariable,
  projectRows,
  uniformBias,
  xavierNormal,
  xavierUniform,
} from '@mmrec/ops';
import { add, addN, dispose, mul, scalar, tidy } from '@tensorflow/tfjs-core';
import type { Rank, Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { bm3Options, type Bm3Options } from './options.js';

/** A linear layer's parameters: `x W + b`. */
interface Linear {
  readonly weight: Variable<Rank.R2>; // [in, out]
  readonly bias: Variable<Rank.R1>; // [out]
}

/**
 * BM3: bootstrapped multimodal recommendation. No negative samples, no auxiliary graph, no target network.
 *
 * With $\tilde h$ the online view (through the predictor), $\dot h$ the target view (dropout, no
 * gradient), $h^m$ an item's projected features in modality m and $C = 1 - \cos$:
 *
 * $$\mathcal L = C(\tilde h_u, \dot h_i) + C(\tilde h_i, \dot h_u)
 * + \beta \sum_m \left[ C(\tilde h_i^m, \dot h_i) + C(\tilde h_i^m, \dot h_i^m) \right]
 * + \lambda \frac{\lVert H_U \rVert + \lVert H_I \rVert}{|I|}$$
 *
 * averaged over the batch's observed pairs, those of modality m over the pairs whose item has it; the norms are over all users and items, not squared, as in the
 * authors' code. Variant `paper` has $\lambda\, (\lVert h_u \rVert^2 + \lVert h_i \rVert^2)$ instead, averaged too.
 * Scores are $\tilde h_u \cdot \tilde h_i$.
 *
 * Only the batch's rows are looked up, projected and masked; a mask belongs to an item, so an item that
 * occurs twice in a batch has one. Parameters: `users`, `items`, `predictor/{weight,bias}`, and for each
 * modality `<modality>/{weight,bias}` and, when trained, `<modality>/features`.
 *
 * @param inputs - Training interactions and item features by modality, any number of them. Items that lack a modality
 *   (`missing`) take no part in its terms.
 * @throws {TypeError | RangeError} For an unknown option or one out of range, for features whose number of
 *   rows is not the number of items, or for no features at all.
 * @see Zhou et al., Bootstrap latent representations for multi-modal recommendation, WWW 2023.
 *   https://arxiv.org/abs/2207.05969
 */
export function createBm3(
  { interactions, features, rng }: ModelInputs,
  options: Partial<Bm3Options> = {},
): Recommender {
  const resolved = bm3Options.resolve('createBm3', options);
  const { embeddingSize: d, numLayers, dropout: rate, regWeight, contrastWeight } = resolved;
  const matrices = itemFeatures('createBm3', features, interactions.numItems);
  const graph = createInteractionGraph(interactions);

  const init = rng.fork('init');
  const users = xavierUniform({ rows: graph.numUsers, columns: d, rng: init.fork('users') });
  const items = xavierUniform({ rows: graph.numItems, columns: d, rng: init.fork('items') });
  const layer = (name: string, inputSize: number): Linear => ({
    weight: xavierNormal({ rows: inputSize, columns: d, rng: init.fork(`${name}/weight`) }),
    bias: uniformBias(inputSize, d, init.fork(`${name}/bias`)),
  });
  const predictor = layer('predictor', d);
  const modalities = Object.entries(matrices).map(([name, matrix]) => ({
    name,
    table: matrixVariable(matrix, resolved.trainFeatures),
    projection: layer(name, matrix.columns),
    missing: matrix.missing,
  }));

  /** Users [numUsers, d] and items [numItems, d]; items get their id embedding once more. */
  function encode(): Embeddings {
    const initial = { users: users as Tensor2D, items: items as Tensor2D };
    const h = lightGcn(graph, initial, { numLayers, combine: 'mean' });
    return { users: h.users, items: add(h.items, initial.items) };
  }

  const predict = (h: Tensor2D) => linear(h, predictor.weight, predictor.bias);

  function losses({ users: u, positiveItems: i }: Batch, draw: Rng) {
    const h = encode();
    const hu = gatherRows(h.users, u); // [batch, d]
    const hi = gatherRows(h.items, i); // [batch, d]
    // The target view: the mask covers the whole table, of which the batch needs some rows.
    const target = (name: string, x: Tensor2D, rows: Int32Array) => {
      if (rate === 0) return x;
      const tableRows = name === 'users' ? graph.numUsers : graph.numItems;
      return dropout(x, draw.dropoutMask(name, [tableRows, d], rate), rows);
    };
    const targetUser = target('users', hu, u);
    const targetItem = target('items', hi, i);
    const pull = (online: Tensor2D, towards: Tensor2D) => pullLoss(predict(online), towards);

    const alignment: Scalar[] = [];
    const masking: Scalar[] = [];
    for (const { name, table, projection, missing } of modalities) {
      const { rows, pick } = presentRows(i, missing);
      if (rows.length === 0) continue;
      const hm = projectRows(table as Tensor2D, rows, projection); // [≤ batch, d]
      const online = predict(hm);
      alignment.push(pullLoss(online, pick(targetItem)));
      masking.push(pullLoss(online, target(name, hm, rows)));
    }
    return {
      reconstruction: add<Scalar>(pull(hu, targetItem), pull(hi, targetUser)),
      alignment: mul<Scalar>(total(alignment), contrastWeight),
      masking: mul<Scalar>(total(masking), contrastWeight),
      regularization:
        resolved.variant === 'paper'
          ? mul<Scalar>(squaredNormRegularizer([hu, hi], u.length), 2 * regWeight)
          : mul<Scalar>(normRegularizer([h.users, h.items], graph.numItems), regWeight),
    };
  }

  const parameters: Record<string, Variable> = {
    users,
    items,
    ...named('predictor', predictor),
  };
  for (const { name, projection } of modalities) Object.assign(parameters, named(name, projection));
  const rowsOf: Record<string, 'users' | 'items'> = { users: 'users', items: 'items' };
  if (resolved.trainFeatures) {
    for (const { name, table } of modalities) {
      parameters[`${name}/features`] = table;
      rowsOf[`${name}/features`] = 'items';
    }
  }
  return {
    parameters,
    rowsOf,
    sampling: 'pairs',
    losses: (batch, draw) => tidy(() => losses(batch, draw)),
    embed: () =>
      tidy(() => {
        const h = encode();
        return { users: predict(h.users), items: predict(h.items) };
      }),
    dispose: () =>
      void dispose([...Object.values(parameters), ...modalities.map(({ table }) => table)]),
  };
}

/** Mean over the batch of `1 − cos(online, target)`; no gradient flows to the target. */
function pullLoss(online: Tensor2D, target: Tensor2D): Scalar {
  return add<Scalar>(meanNegativeCosineLoss(online, target), 1);
}

function named(name: string, { weight, bias }: Linear): Record<string, Variable> {
  return { [`${name}/weight`]: weight, [`${name}/bias`]: bias };
}

/** Rows of a batch whose items have a modality, and how to pick them out of a tensor with a row for each of the batch. */
function presentRows(items: Int32Array, missing: Uint8Array | undefined) {
  if (!missing?.includes(1)) return { rows: items, pick: (x: Tensor2D) => x };
  const places = Int32Array.from(items.keys()).filter((place) => missing[items[place]!] === 0);
  return {
    rows: places.map((place) => items[place]!),
    pick: (x: Tensor2D) => gatherRows(x, places),
  };
}

/** A batch may hold no item with any modality. */
const total = (terms: readonly Scalar[]): Scalar =>
  terms.length === 0 ? scalar(0) : addN([...terms]);
