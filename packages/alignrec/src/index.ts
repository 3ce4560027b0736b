import type { ModelDefinition } from '@mmrec/core';
import { createAlignRec } from './create-alignrec.js';
import { alignRecOptions, type AlignRecOptions } from './options.js';
import { alignRecPresets } from './presets.js';

/** AlignRec as the command line and the trainer know it. */
export const alignrec: ModelDefinition<AlignRecOptions> = {
  name: 'alignrec',
  description: 'AlignRec (CIKM 2024): content aligned with ids, users with items.',
  options: alignRecOptions,
  needsFeatures: true,
  takesUnified: true,
  training: { learningRate: 5e-4, batchSize: 2048 },
  presets: alignRecPresets,
  create: createAlignRec,
};

export { createAlignRec, type AlignRecInputs } from './create-alignrec.js';
export { additiveFuser, attentionFuser, type Fuser } from './fuser.js';
export { alignRecOptions, type AlignRecOptions } from './options.js';
export {
  createContentEncoder,
  sizesOf,
  type ContentEncoder,
} from './encoder/create-content-encoder.js';
export type { ContentSizes } from './encoder/encoder-parameters.js';
export { encoderOptions, type EncoderOptions } from './encoder/encoder-options.js';
export {
  lengthOf,
  maskToken,
  patchesOf,
  type CatalogueContent,
  type PatchImages,
  type TokenTexts,
} from './encoder/catalogue-content.js';
export { drawViews, type MaskingOptions } from './encoder/draw-views.js';
export { encodeItems } from './encoder/encode-items.js';
export { measureMasked, type MaskedFigures, type MaskedReport } from './encoder/measure-masked.js';
export { packViews, type PackedViews, type Targets, type View } from './encoder/pack-views.js';
export {
  pretrainEncoder,
  type PretrainEpoch,
  type PretrainInputs,
} from './encoder/pretrain-encoder.js';
export {
  pretrainFeatures,
  type ContentItem,
  type FeatureProvenance,
  type PretrainFeaturesInputs,
} from './encoder/pretrain-features.js';
export {
  encoderSizes,
  pretrainOptions,
  type EncoderSize,
  type PretrainOptions,
} from './encoder/pretrain-options.js';
