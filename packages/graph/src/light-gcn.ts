import { defineOptions, suggestion, type Embeddings } from '@mmrec/core';
import { propagateBipartite } from '@mmrec/ops';
import type { InteractionGraph } from './create-interaction-graph.js';

/** How {@link lightGcn} combines the embeddings of its layers, or the weight of each. */
export type LayerCombination = 'mean' | 'last' | 'sum' | readonly number[];

/** Options of {@link lightGcn}. */
export interface LightGcnOptions {
  /** Number of propagation layers, an integer ≥ 0; 0 returns the (weighted) embeddings given. */
  readonly numLayers: number;
  /** The layers' mean (the default), the last layer, their sum, or weights of layers `0 … numLayers`. */
  readonly combine?: LayerCombination | undefined;
}

const where = 'lightGcn';
const combinations = ['mean', 'last', 'sum'];
const layers = defineOptions<{ numLayers: number }>({
  numLayers: { kind: 'integer', default: 2, min: 0, description: 'Number of propagation layers.' },
});

/**
 * Embeddings propagated over the interaction graph (LightGCN), with gradients to both inputs.
 *
 * $$E^{(l+1)} = \hat A E^{(l)}, \quad H = \sum_{l=0}^{L} w_l E^{(l)}$$
 *
 * with $w_l = 1 / (L + 1)$ for `'mean'`, 1 for `'sum'`, and 1 for the last layer and 0 for the
 * others for `'last'`. One fused operation; users and items are never concatenated and no layer is
 * kept.
 *
 * @param graph - The normalised user–item graph.
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]` of layer 0, float32.
 * @returns Combined embeddings of the same shapes.
 * @throws {RangeError} If the shapes don't fit the graph, or `numLayers` or `combine` is not allowed.
 * @see He et al., LightGCN, SIGIR 2020, §3.1. https://arxiv.org/abs/2002.02126
 * @example
 * ```ts
 * const graph = createInteractionGraph({
 *   numUsers: 1, numItems: 2, users: Int32Array.of(0), items: Int32Array.of(1),
 * });
 * const embeddings = { users: tf.tensor2d([[4]]), items: tf.tensor2d([[1], [2]]) };
 * const { users, items } = lightGcn(graph, embeddings, { numLayers: 1 });
 * users // => [[3]]
 * items // => [[0.5], [3]]
 * ```
 */
export function lightGcn(
  graph: InteractionGraph,
  embeddings: Embeddings,
  { numLayers, combine = 'mean' }: LightGcnOptions,
): Embeddings {
  layers.resolve(where, { numLayers });
  const pair = [embeddings.users, embeddings.items] as const;
  const [users, items] = propagateBipartite(graph, pair, layerWeights(numLayers, combine));
  return { users, items };
}

function layerWeights(numLayers: number, combine: LayerCombination): readonly number[] {
  const same = (weight: number) => new Array<number>(numLayers + 1).fill(weight);
  if (combine === 'mean') return same(1 / (numLayers + 1));
  if (combine === 'sum') return same(1);
  if (combine === 'last') return same(0).with(numLayers, 1);
  if (typeof combine === 'string') {
    const hint = suggestion(combine, combinations);
    throw new RangeError(
      `${where}: combine must be 'mean', 'last', 'sum' or an array of weights, got '${String(combine)}'.${hint}`,
    );
  }
  if (combine.length === numLayers + 1 && combine.every(Number.isFinite)) return combine;
  throw new RangeError(
    `${where}: combine must hold ${numLayers + 1} finite weights, one for each of layers 0 to ${numLayers}, got [${combine.join(', ')}].`,
  );
}
