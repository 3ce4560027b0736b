import type { OnnxConstant, OnnxModel, OnnxNode } from '@mmrec/features';
import type { ExportedRun } from './exported-run.js';

/** What a user is given to the graph as: a row of the run's users, or an embedding, for users it doesn't know. */
export type ScoringInput = 'user' | 'embedding';

/**
 * The best items of users as a graph of operators.
 *
 * Inputs: `user` int64 `[batch]`, or `user_embedding` float32 `[batch, embeddingSize]`; `k` int64 `[1]`; `excluded`
 * int64 `[pairs, 2]`, rows `(place in the batch, item)` that are left out, maybe none. Outputs, best first: `items`
 * int64 and `scores` float32, both `[batch, min(k, numItems)]`; items that had to be left out, where others don't
 * suffice, have the score −Infinity. Of items with equal scores the one of the lower row comes first.
 */
export function scoringGraph(run: ExportedRun, input: ScoringInput): OnnxModel {
  const { config, embeddingSize, users, items } = run;
  const byRow = input === 'user';
  const matrix = ({ ids, data }: ExportedRun['users']): OnnxConstant => ({
    shape: [ids.length, embeddingSize],
    data,
  });
  return {
    name: config.model,
    description: `Top-K items by ${config.model}, trained on ${config.dataset.name}.`,
    metadata: { model: config.model, dataset: config.dataset.name, seed: `${config.seed}` },
    inputs: {
      ...(byRow
        ? {
            user: { type: 'int64', shape: ['batch'], description: 'rows of users' },
          }
        : {
            user_embedding: { type: 'float32', shape: ['batch', embeddingSize] },
          }),
      k: { type: 'int64', shape: [1], description: 'length of the lists' },
      excluded: {
        type: 'int64',
        shape: ['pairs', 2],
        description:
          'pairs of a place in the batch and the row of an item to leave out; maybe none',
      },
    },
    outputs: {
      items: { type: 'int64', shape: ['batch', 'k'], description: 'rows of items, best first' },
      scores: { type: 'float32', shape: ['batch', 'k'] },
    },
    constants: {
      ...(byRow && { user_embeddings: matrix(users) }),
      item_embeddings: matrix(items),
      num_items: integers(items.ids.length),
      zero: integers(0),
      minus_infinity: { shape: [1], data: Float32Array.of(-Infinity) },
    },
    nodes: [...(byRow ? [lookUpUser] : []), ...rankItems],
  };
}

const integers = (value: number): OnnxConstant => ({
  shape: [1],
  data: BigInt64Array.of(BigInt(value)),
});

const node = (
  operator: string,
  [inputs, outputs]: readonly [readonly string[], readonly string[]],
  attributes: Readonly<Record<string, number>> = {},
): OnnxNode => ({ operator, inputs, outputs, attributes });

const lookUpUser = node('Gather', [['user_embeddings', 'user'], ['user_embedding']]);

const rankItems: readonly OnnxNode[] = [
  // user_embedding · item_embeddingsᵀ, without a second copy of the items.
  node('Gemm', [['user_embedding', 'item_embeddings'], ['all_scores']], { transB: 1 }),
  node('Shape', [['excluded'], ['excluded_shape']]),
  node('Gather', [['excluded_shape', 'zero'], ['num_excluded']]),
  node('Expand', [['minus_infinity', 'num_excluded'], ['no_scores']]),
  node('ScatterND', [['all_scores', 'excluded', 'no_scores'], ['kept_scores']]),
  node('Min', [['k', 'num_items'], ['length']]),
  node('TopK', [
    ['kept_scores', 'length'],
    ['scores', 'items'],
  ]),
];
