import { defineOptions, type OptionsDefinition } from '@mmrec/core';

/** Options of AlignRec. */
export interface AlignRecOptions {
  /** Width of the embeddings, d. */
  embeddingSize: number;
  /** Propagation layers of the ids. */
  numLayers: number;
  /** Layers over the item–item graph. */
  numItemLayers: number;
  /** Neighbours that an item keeps in the item–item graph, K′. */
  numNeighbors: number;
  /** What the cosines of the content–category alignment are divided by. */
  temperature: number;
  /** Weight of the content–category alignment, α; 0: not computed. */
  categoryWeight: number;
  /** Weight of the user–item alignment, β; 0: not computed. */
  userItemWeight: number;
  /** Weight of the similarity-preserving regulariser, λ; 0: not computed. */
  similarityWeight: number;
  /** Weight of half the squared norms of the batch's embeddings; 0: not computed. */
  regWeight: number;
  /** Whether the unified features are trained, as in the authors' code; graph and targets stay as they were. */
  trainFeatures: boolean;
  /**
   * `published`, the authors' code: the gate is one linear map in two factors; an item is its own neighbour, and
   * row sums normalise both sides of the graph; inner products are compared with the features' cosines; repeated
   * rows of a batch are each other's negatives. `paper`: an MLP; other items only, weights by both ends' degrees;
   * cosines with cosines; each row once.
   */
  variant: 'published' | 'paper';
}

const definition = defineOptions<AlignRecOptions>({
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the embeddings.' },
  numLayers: { kind: 'integer', default: 2, min: 0, description: 'Propagation layers of the ids.' },
  numItemLayers: {
    kind: 'integer',
    default: 1,
    min: 0,
    description: 'Layers over the item–item graph.',
  },
  numNeighbors: {
    kind: 'integer',
    default: 10,
    min: 1,
    description: 'Neighbours of an item in the item–item graph.',
  },
  temperature: {
    kind: 'number',
    default: 0.2,
    above: 0,
    description: 'Temperature of the content–category alignment.',
  },
  categoryWeight: {
    kind: 'number',
    default: 0.01,
    min: 0,
    description: 'Weight of the content–category alignment; 0: without.',
  },
  userItemWeight: {
    kind: 'number',
    default: 0.1,
    min: 0,
    description: 'Weight of the user–item alignment; 0: without.',
  },
  similarityWeight: {
    kind: 'number',
    default: 0.1,
    min: 0,
    description: 'Weight of the similarity-preserving regulariser; 0: without.',
  },
  regWeight: {
    kind: 'number',
    default: 1e-4,
    min: 0,
    description: 'Weight of the squared norms; 0: without.',
  },
  trainFeatures: {
    kind: 'boolean',
    default: true,
    description: 'Train the unified features; variant paper: false unless given.',
  },
  variant: {
    kind: 'choice',
    default: 'published',
    choices: ['published', 'paper'],
    description: 'Gate, graph and losses of the code or of the paper.',
  },
});

/** Rules and defaults of {@link AlignRecOptions}; `paper` does not train the features unless told to. */
export const alignRecOptions: OptionsDefinition<AlignRecOptions> = {
  ...definition,
  resolve: (where, given = {}) => {
    const resolved = definition.resolve(where, given);
    if (resolved.variant === 'published' || given.trainFeatures !== undefined) return resolved;
    return Object.freeze({ ...resolved, trainFeatures: false });
  },
};
