import { defineOptions } from '@mmrec/core';
import type { MaskingOptions } from './draw-views.js';
import { encoderOptions, type EncoderOptions } from './encoder-options.js';

/** Options of stage 1: what is read, what is masked, how large the encoder is, and how it is trained. */
export interface PretrainOptions extends EncoderOptions, MaskingOptions {
  /** Patches in a row or column of an image. */
  gridSize: number;
  /** Pixels of a patch's side. */
  patchSize: number;
  /** Tokens of a text that are read. */
  maxTokens: number;
  /** Visual tokens. */
  codebookSize: number;
  /** Tokens of the tokenizer, when it is trained on the catalogue. */
  vocabularySize: number;
  /** Passes over the items. */
  epochs: number;
  /** Items a step. */
  batchSize: number;
  learningRate: number;
  /** Epochs over which the learning rate rises; then it falls like a cosine. */
  warmupEpochs: number;
  weightDecay: number;
}

/** Rules and defaults of {@link PretrainOptions}: those of the size `tiny`. */
export const pretrainOptions = defineOptions<PretrainOptions>({
  ...encoderOptions.rules,
  gridSize: {
    kind: 'integer',
    default: 4,
    min: 1,
    description: 'Patches in a row or column of an image.',
  },
  patchSize: { kind: 'integer', default: 8, min: 1, description: "Pixels of a patch's side." },
  maxTokens: { kind: 'integer', default: 32, min: 1, description: 'Tokens of a text.' },
  codebookSize: { kind: 'integer', default: 64, min: 2, description: 'Visual tokens.' },
  vocabularySize: {
    kind: 'integer',
    default: 2000,
    min: 256,
    description: 'Tokens of a tokenizer trained on the catalogue.',
  },
  imageMask: {
    kind: 'number',
    default: 0.4,
    above: 0,
    below: 1,
    description: "Share of an image's patches that is masked, in blocks.",
  },
  pairedTextMask: {
    kind: 'number',
    default: 0.5,
    above: 0,
    below: 1,
    description: "Share of a text's tokens that is masked beside an image.",
  },
  aloneTextMask: {
    kind: 'number',
    default: 0.15,
    above: 0,
    below: 1,
    description: "Share of a text's tokens that is masked without an image.",
  },
  alone: {
    kind: 'number',
    default: 0.2,
    min: 0,
    max: 1,
    description: 'Share of views that show one modality alone.',
  },
  epochs: { kind: 'integer', default: 20, min: 1, description: 'Passes over the items.' },
  batchSize: { kind: 'integer', default: 64, min: 1, description: 'Items a step.' },
  learningRate: { kind: 'number', default: 3e-3, above: 0, description: 'Step size of AdamW.' },
  warmupEpochs: {
    kind: 'number',
    default: 1,
    min: 0,
    description: 'Epochs over which the step size rises.',
  },
  weightDecay: { kind: 'number', default: 0.05, min: 0, description: 'Weight decay of AdamW.' },
});

/** Names of {@link encoderSizes}. */
export type EncoderSize = 'tiny' | 'small' | 'base';

/**
 * What the sizes set; `--set` goes before them. `base` has the shape of BEiT-3's base model, and needs a GPU.
 */
export const encoderSizes: Readonly<Record<EncoderSize, Partial<PretrainOptions>>> = {
  tiny: {},
  small: {
    ...{ width: 192, heads: 6, expertLayers: 4, fusionLayers: 2 },
    ...{ gridSize: 8, patchSize: 8, maxTokens: 64, codebookSize: 256, vocabularySize: 8000 },
    ...{ learningRate: 1e-3, warmupEpochs: 2 },
  },
  base: {
    ...{ width: 768, heads: 12, expertLayers: 9, fusionLayers: 3 },
    ...{ gridSize: 14, patchSize: 16, maxTokens: 64, codebookSize: 1024, vocabularySize: 32_000 },
    ...{ learningRate: 5e-4, warmupEpochs: 4 },
  },
};
