import { defineOptions } from '@mmrec/core';

/** Options of LGMRec. */
export interface LgmrecOptions {
  /** Width of the embeddings, d. */
  embeddingSize: number;
  /** Propagation layers of the ids. */
  numLayers: number;
  /** Propagation layers of the projected features, K. */
  numModalityLayers: number;
  /** Layers of hypergraph message passing, H. */
  numHyperLayers: number;
  /** Hyperedges of each modality, A. */
  numHyperedges: number;
  /** Probability of dropping a number of a hyperedge dependency. */
  dropout: number;
  /** Temperature of the Gumbel-softmax over the hyperedges. */
  temperature: number;
  /** Weight of each modality's propagated features in the fusion: 1 in paper and published code. */
  modalityWeight: number;
  /** Weight of the hypergraph embeddings in the fusion, α. */
  hyperWeight: number;
  /** Weight of the cross-modal hypergraph contrast, λ₂. */
  contrastWeight: number;
  /** Temperature of the contrast. */
  contrastTemperature: number;
  /** Weight of the regulariser, λ₁. */
  regWeight: number;
  /**
   * `published`, the authors' code: Gumbel noise, also at evaluation when `embed` gets an `rng`; one dropout mask
   * for all uses of a dependency; λ₁ weighs the norms of the batch's final embeddings, not squared. `paper`:
   * logistic noise, none at evaluation; a mask for each use; λ₁ weighs the squared norm of all parameters.
   */
  variant: 'published' | 'paper';
  /** What is done to the raw features first: nothing, rows of length 1, or columns of mean 0 and deviation 1. */
  featureNormalization: 'none' | 'row' | 'standardize';
}

/** Rules and defaults of {@link LgmrecOptions}. */
export const lgmrecOptions = defineOptions<LgmrecOptions>({
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the embeddings.' },
  numLayers: { kind: 'integer', default: 2, min: 0, description: 'Propagation layers of the ids.' },
  numModalityLayers: {
    kind: 'integer',
    default: 2,
    min: 0,
    description: 'Propagation layers of the features.',
  },
  numHyperLayers: {
    kind: 'integer',
    default: 1,
    min: 1,
    description: 'Layers of hypergraph message passing.',
  },
  numHyperedges: {
    kind: 'integer',
    default: 4,
    min: 1,
    description: 'Hyperedges of each modality.',
  },
  dropout: {
    kind: 'number',
    default: 0.5,
    min: 0,
    below: 1,
    description: 'Dropout of hyperedge dependencies.',
  },
  temperature: {
    kind: 'number',
    default: 0.2,
    above: 0,
    description: 'Temperature of the Gumbel-softmax.',
  },
  modalityWeight: {
    kind: 'number',
    default: 1,
    min: 0,
    description: "Weight of each modality's features in the fusion.",
  },
  hyperWeight: {
    kind: 'number',
    default: 0.3,
    min: 0,
    description: 'Weight of the hypergraph embeddings in the fusion.',
  },
  contrastWeight: { kind: 'number', default: 1e-4, min: 0, description: 'Weight of the contrast.' },
  contrastTemperature: {
    kind: 'number',
    default: 0.2,
    above: 0,
    description: 'Temperature of the contrast.',
  },
  regWeight: { kind: 'number', default: 1e-6, min: 0, description: 'Weight of the regulariser.' },
  variant: {
    kind: 'choice',
    default: 'published',
    choices: ['published', 'paper'],
    description: 'Noise, masks and regulariser of the code or of the paper.',
  },
  featureNormalization: {
    kind: 'choice',
    default: 'none',
    choices: ['none', 'row', 'standardize'],
    description: 'What is done to the raw features first.',
  },
});
