import { defineOptions, type OptionsDefinition } from '@mmrec/core';

/** Options of MMSSL. */
export interface MmsslOptions {
  /** `paper` does what the paper says; `published` what its authors' code does. */
  variant: 'paper' | 'published';
  /** Width of the embeddings, d. */
  embeddingSize: number;
  /** Propagation layers of the ids, L. */
  numLayers: number;
  /** Heads of the attention between modalities, H; they divide the width. */
  numHeads: number;
  /** Probability of dropping a number of the projected features. */
  dropout: number;
  /** Items that each user keeps in a learned modality graph, k; 0: the graphs have no edges. */
  graphNeighbors: number;
  /** Weight of the modality-aware ids in the ids, η; 0: none, and no graphs. */
  modalityIdWeight: number;
  /** Weight of the modality features in the final embeddings, ω. */
  modalityWeight: number;
  /** Weight of the contrast between modalities, λ₁. */
  contrastWeight: number;
  /** What cosines of the contrast are divided by, τ′. */
  temperature: number;
  /** Weight of half the squared norms of the batch's embeddings. */
  regWeight: number;
  /** Weight of half the squared norms of all modality features. */
  featureRegWeight: number;
  /** Weight of the adversarial task, λ₂; 0: none, and no critic. */
  adversarialWeight: number;
  /** Width of the critic's first layer; its second has half of that. 0: a quarter of the items. */
  criticWidth: number;
  /** Probability of dropping a number of the critic's first layer. */
  criticDropout: number;
  /** Probability of dropping a number of the critic's second layer. */
  criticOutputDropout: number;
  /** Step size of the critic's own Adam. */
  criticLearningRate: number;
  /** Weight of the gradient penalty, λ. */
  penaltyWeight: number;
  /** Temperature of the softmax in the real rows, τ. */
  rowTemperature: number;
  /** Factor on the Gumbel noise in the real rows. */
  noiseWeight: number;
  /** Weight of the predicted scores in the real rows, ζ. */
  scoreWeight: number;
}

const definition = defineOptions<MmsslOptions>({
  variant: {
    kind: 'choice',
    default: 'paper',
    choices: ['paper', 'published'],
    description: 'The paper’s model, or what the authors’ code does.',
  },
  embeddingSize: { kind: 'integer', default: 64, min: 1, description: 'Width of the embeddings.' },
  numLayers: { kind: 'integer', default: 2, min: 0, description: 'Propagation layers.' },
  numHeads: { kind: 'integer', default: 4, min: 1, description: 'Attention heads.' },
  dropout: {
    kind: 'number',
    default: 0.2,
    min: 0,
    below: 1,
    description: 'Dropout of projected features.',
  },
  graphNeighbors: {
    kind: 'integer',
    default: 10,
    min: 0,
    description: 'Items a user keeps in a modality graph; 0: no edges.',
  },
  modalityIdWeight: {
    kind: 'number',
    default: 0.36,
    min: 0,
    description: 'Weight of the modality-aware ids; 0: none.',
  },
  modalityWeight: {
    kind: 'number',
    default: 0.55,
    min: 0,
    description: 'Weight of the modality features.',
  },
  contrastWeight: { kind: 'number', default: 0.03, min: 0, description: 'Weight of the contrast.' },
  temperature: {
    kind: 'number',
    default: 0.5,
    above: 0,
    description: 'What cosines of the contrast are divided by.',
  },
  regWeight: {
    kind: 'number',
    default: 1e-5,
    min: 0,
    description: 'Weight of the batch’s squared norms.',
  },
  featureRegWeight: {
    kind: 'number',
    default: 1e-5,
    min: 0,
    description: 'Weight of the modality features’ squared norms.',
  },
  adversarialWeight: {
    kind: 'number',
    default: 1e-4,
    min: 0,
    description: 'Weight of the adversarial task; 0: no critic.',
  },
  criticWidth: {
    kind: 'integer',
    default: 64,
    min: 0,
    description: 'Width of the critic; 0: a quarter of the items.',
  },
  criticDropout: {
    kind: 'number',
    default: 0.31,
    min: 0,
    below: 1,
    description: 'Dropout of the critic’s first layer.',
  },
  criticOutputDropout: {
    kind: 'number',
    default: 0.5,
    min: 0,
    below: 1,
    description: 'Dropout of the critic’s second layer.',
  },
  criticLearningRate: {
    kind: 'number',
    default: 3e-4,
    above: 0,
    description: 'Step size of the critic’s Adam.',
  },
  penaltyWeight: {
    kind: 'number',
    default: 0.3,
    min: 0,
    description: 'Weight of the gradient penalty.',
  },
  rowTemperature: {
    kind: 'number',
    default: 1,
    above: 0,
    description: 'Temperature of the real rows’ softmax.',
  },
  noiseWeight: {
    kind: 'number',
    default: 1,
    min: 0,
    description: 'Factor on the real rows’ Gumbel noise.',
  },
  scoreWeight: {
    kind: 'number',
    default: 1,
    min: 0,
    description: 'Weight of predicted scores in the real rows.',
  },
});

/** Defaults of the authors' code where they differ. */
const published: Partial<MmsslOptions> = {
  graphNeighbors: 0,
  criticWidth: 0,
  rowTemperature: 0.005,
  noiseWeight: 1e-5,
  scoreWeight: 100,
};

/** Rules and defaults of {@link MmsslOptions}; `published` has some defaults of its own. */
export const mmsslOptions: OptionsDefinition<MmsslOptions> = {
  ...definition,
  resolve: (where, given = {}) => {
    const resolved = definition.resolve(where, given);
    const { embeddingSize, numHeads } = resolved;
    if (embeddingSize % numHeads !== 0) {
      throw new RangeError(
        `${where}: numHeads must divide embeddingSize, got ${numHeads} and ${embeddingSize}.`,
      );
    }
    if (resolved.variant === 'paper') return resolved;
    const present = Object.entries(given as object).filter(([, value]) => value !== undefined);
    return definition.resolve(where, { ...published, ...Object.fromEntries(present) });
  },
};
