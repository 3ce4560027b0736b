import type { Embeddings, FeatureMatrix, Interactions, Rng } from '@mmrec/core';
import { createInteractionGraph, lightGcn, spmm } from '@mmrec/graph';
import { linear, matrixVariable, uniformBias, xavierNormal, xavierUniform } from '@mmrec/ops';
import { add, dispose, matMul, mul, relu, sigmoid } from '@tensorflow/tfjs-core';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { createItemGraph } from './create-item-graph.js';
import type { AlignRecOptions } from './options.js';

/** Embeddings from content and from ids. */
export interface Aggregated {
  readonly multimodal: Embeddings;
  readonly ids: Embeddings;
}

/** AlignRec's aggregator, and what it has learned. */
export interface Aggregator {
  readonly parameters: Readonly<Record<string, Variable>>;
  /** Embeddings of all users and items. */
  aggregate(): Aggregated;
  dispose(): void;
}

/** What an aggregator is made from. */
export interface AggregatorInputs {
  readonly interactions: Interactions;
  /** Unified features, `[numItems, columns]`. */
  readonly features: FeatureMatrix;
  readonly rng: Rng;
}

/** A linear layer's parameters: `x W + b`. */
interface Linear {
  readonly weight: Variable<Rank.R2>; // [in, out]
  readonly bias: Variable<Rank.R1>; // [out]
}

/**
 * Makes AlignRec's aggregator: ids propagated over the interaction graph; content that gates the items' ids,
 * averaged over similar items, and passed to the users.
 *
 * $$H_{id} = \mathrm{LightGCN}(E) \qquad h^{con}_i = e_i \odot \sigma(\mathrm{MLP}(x_i)) \qquad
 * H^{mm}_I = S^{L'} H^{con} \qquad H^{mm}_U = \hat R H^{mm}_I$$
 *
 * @throws {RangeError} If there are not more items than neighbours, or the features are not finite.
 */
export function createAggregator(
  { interactions, features, rng }: AggregatorInputs,
  options: Readonly<AlignRecOptions>,
): Aggregator {
  const { embeddingSize: d, numLayers, numItemLayers, variant } = options;
  const itemGraph = createItemGraph(features, options);
  const graph = createInteractionGraph(interactions);
  const weight = (name: string, rows: number) =>
    xavierUniform({ rows, columns: d, rng: rng.fork(`init/${name}`) });
  const users = weight('users', graph.numUsers);
  const items = weight('items', graph.numItems);
  const bias = (name: string, inputSize: number) =>
    uniformBias(inputSize, d, rng.fork(`init/${name}`));
  const { columns } = features;
  const hidden: Linear = {
    weight: xavierNormal({ rows: columns, columns: d, rng: rng.fork('init/gate/hidden/weight') }),
    bias: bias('gate/hidden/bias', columns),
  };
  const output: Linear = {
    weight: weight('gate/output/weight', d),
    bias: bias('gate/output/bias', d),
  };
  const table = matrixVariable(features, options.trainFeatures); // [numItems, columns]

  /** What an item's content lets through of its id, `[numItems, d]`. */
  function gate(): Tensor2D {
    if (variant === 'paper') {
      const inner = relu(linear(table as Tensor2D, hidden.weight, hidden.bias));
      return sigmoid(linear(inner, output.weight, output.bias));
    }
    // Without anything between them, the two layers are one: features are multiplied once.
    const both = matMul<Tensor2D>(hidden.weight, output.weight); // [columns, d]
    const shift = matMul(hidden.bias.as2D(1, d), output.weight as Tensor2D).as1D();
    return sigmoid(linear(table as Tensor2D, both, add<Tensor1D>(shift, output.bias)));
  }

  function aggregate(): Aggregated {
    const initial = { users: users as Tensor2D, items: items as Tensor2D };
    let content = mul<Tensor2D>(initial.items, gate());
    for (let layer = 0; layer < numItemLayers; layer++) content = spmm(itemGraph, content);
    return {
      multimodal: { users: spmm(graph.userItem, content), items: content },
      ids: lightGcn(graph, initial, { numLayers }),
    };
  }

  const parameters: Record<string, Variable> = {
    users,
    items,
    'gate/hidden/weight': hidden.weight,
    'gate/hidden/bias': hidden.bias,
    'gate/output/weight': output.weight,
    'gate/output/bias': output.bias,
    ...(options.trainFeatures && { features: table }),
  };
  return {
    parameters,
    aggregate,
    dispose: () => void dispose([...Object.values(parameters), table]),
  };
}
