import { defineOptions } from '@mmrec/core';

/** Options of BM3. */
export interface Bm3Options {
  /** Width of the embeddings, d. */
  embeddingSize: number;
  /** Propagation layers of the LightGCN backbone, L. */
  numLayers: number;
  /** Probability of dropping a number of a target view, p. */
  dropout: number;
  /** Weight of the embedding norms, λ. */
  regWeight: number;
  /**
   * What λ weighs. `published`, the authors' code: the norms of all users' and items' propagated embeddings,
   * not squared, over the number of items. `paper`: the squared norms of the batch's, averaged.
   */
  variant: 'published' | 'paper';
  /** Weight of the alignment and masking losses, cl. */
  contrastWeight: number;
  /** Whether the raw feature tables are trained, as in the authors' code; false keeps them as they are. */
  trainFeatures: boolean;
}

/** Rules and defaults of {@link Bm3Options}. */
export const bm3Options = defineOptions<Bm3Options>({
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the embeddings.' },
  numLayers: { kind: 'integer', default: 1, min: 0, description: 'Propagation layers.' },
  dropout: {
    kind: 'number',
    default: 0.5,
    min: 0,
    below: 1,
    description: 'Dropout of target views.',
  },
  regWeight: {
    kind: 'number',
    default: 0.1,
    min: 0,
    description: 'Weight of the embedding norms.',
  },
  variant: {
    kind: 'choice',
    default: 'published',
    choices: ['published', 'paper'],
    description: 'Regulariser of the code or of the paper.',
  },
  contrastWeight: {
    kind: 'number',
    default: 2,
    min: 0,
    description: 'Weight of the alignment and masking losses.',
  },
  trainFeatures: { kind: 'boolean', default: true, description: 'Train the raw feature tables.' },
});
