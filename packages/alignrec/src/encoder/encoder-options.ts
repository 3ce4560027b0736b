import { defineOptions } from '@mmrec/core';

/** How large the encoder is. */
export interface EncoderOptions {
  /** Width of every state, and of the unified features. */
  width: number;
  /** Attention heads; the width of one is a multiple of 4. */
  heads: number;
  /** Lower layers, with a feed-forward expert for each modality. */
  expertLayers: number;
  /** Upper layers, with one feed-forward expert for both. */
  fusionLayers: number;
  /** Hidden width of a feed-forward expert, in widths. */
  expansion: number;
  /** Weight of the terms that tell tokens from the [CLS] state alone; 0 leaves them out. */
  clsWeight: number;
}

/** Rules and defaults of {@link EncoderOptions}: those of the size `tiny`. */
export const encoderOptions = defineOptions<EncoderOptions>({
  width: { kind: 'integer', default: 64, min: 4, description: 'Width of the unified features.' },
  heads: { kind: 'integer', default: 4, min: 1, description: 'Attention heads.' },
  expertLayers: {
    kind: 'integer',
    default: 2,
    min: 0,
    description: 'Lower layers, with an expert for each modality.',
  },
  fusionLayers: {
    kind: 'integer',
    default: 1,
    min: 1,
    description: 'Upper layers, with one expert for both modalities.',
  },
  expansion: {
    kind: 'integer',
    default: 4,
    min: 1,
    description: 'Hidden width of an expert, in widths.',
  },
  clsWeight: {
    kind: 'number',
    default: 1,
    min: 0,
    description: 'Weight of telling tokens from the [CLS] state alone.',
  },
});
