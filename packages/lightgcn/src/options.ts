import { defineOptions } from '@mmrec/core';

/** Options of LightGCN. */
export interface LightGcnOptions {
  /** Width of the embeddings. */
  embeddingSize: number;
  /** Propagation layers; 0 is matrix factorisation. */
  numLayers: number;
  /** Weight of the embedding norms, λ. */
  regWeight: number;
  /**
   * What λ weighs, of the batch's initial embeddings. `published`, the toolbox that published tables use: their
   * norms, not squared, over the batch size. `paper`: half their squared norms over the batch size.
   */
  variant: 'published' | 'paper';
}

/** Rules and defaults of {@link LightGcnOptions}. */
export const lightGcnOptions = defineOptions<LightGcnOptions>({
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the embeddings.' },
  numLayers: { kind: 'integer', default: 3, min: 0, description: 'Propagation layers.' },
  regWeight: {
    kind: 'number',
    default: 1e-4,
    min: 0,
    description: 'Weight of the embedding norms.',
  },
  variant: {
    kind: 'choice',
    default: 'published',
    choices: ['published', 'paper'],
    description: 'Regulariser of the toolbox or of the paper.',
  },
});
