export {
  convertImageFeatures,
  type ConvertedImageFeatures,
  type ConvertImageFeaturesOptions,
} from './amazon/convert-image-features.js';
export {
  completeFeatures,
  type Completion,
  type CompletionInputs,
} from './complete/complete-features.js';
export {
  completionMethods,
  completionOptions,
  type CompletionMethod,
  type CompletionOptions,
} from './complete/completion-options.js';
export {
  evaluateCompletion,
  type CompletionEvaluationOptions,
  type CompletionScore,
} from './complete/evaluate-completion.js';
export { encoderNames, type EncoderOptions } from './extract/choose-encoder.js';
export type { EncoderIdentity, ExtractItem } from './extract/content-encoder.js';
export type { EncodeProgress } from './extract/encode-contents.js';
export {
  encodeIntoCache,
  extractFeatures,
  type CachedContents,
  type Extraction,
  type ExtractFeaturesOptions,
} from './extract/extract-features.js';
export type { ExtractionRecord } from './extract/extraction-manifest.js';
export { concatenateFeatures } from './concatenate-features.js';
export {
  createStandardizer,
  type ModalityScale,
  type Standardizer,
} from './create-standardizer.js';
export { inspectFeatures } from './inspect-features.js';
export {
  maskFeatures,
  type MaskFeaturesOptions,
  type StratifiedMaskOptions,
} from './mask-features.js';
export { normalizeFeatureRows } from './normalize-feature-rows.js';
export { readFeatureFile, type ReadFeatureFileOptions } from './read-feature-file.js';
export { readFeatureFolder, type ReadFeatureFolderOptions } from './read-feature-folder.js';
export { tableOfMatrix, type FeatureBlock, type FeatureTable } from './files/feature-table.js';
export {
  encodeOnnx,
  type OnnxConstant,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from './files/encode-onnx.js';
export { openFeatureTable, type OpenFeatureTableOptions } from './files/open-feature-table.js';
export { writeFeatureTable, type FeatureTableContents } from './files/write-feature-table.js';
export { readNpy, type NpyArray } from './files/read-npy.js';
export { requireFeatures } from './require-features.js';
export { writeNpy } from './files/write-npy.js';
export {
  readSafetensors,
  writeSafetensors,
  type NamedArray,
  type SafetensorsContents,
} from './files/safetensors.js';
export { transformMatrix, type FeatureTransform } from './reduce/feature-transform.js';
export { fitPca, type Pca, type PcaOptions } from './reduce/fit-pca.js';
export { fitScaling, scalings, type Scaling } from './reduce/fit-scaling.js';
