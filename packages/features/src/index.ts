export {
  convertImageFeatures,
  type ConvertedImageFeatures,
  type ConvertImageFeaturesOptions,
} from './amazon/convert-image-features.js';
export { concatenateFeatures } from './concatenate-features.js';
export { inspectFeatures } from './inspect-features.js';
export { maskFeatures, type MaskFeaturesOptions } from './mask-features.js';
export { normalizeFeatureRows } from './normalize-feature-rows.js';
export { readFeatureFile, type ReadFeatureFileOptions } from './read-feature-file.js';
export { readFeatureFolder, type ReadFeatureFolderOptions } from './read-feature-folder.js';
export { readNpy, type NpyArray } from './read-npy.js';
export { requireFeatures } from './require-features.js';
export { writeNpy } from './write-npy.js';
export {
  readSafetensors,
  writeSafetensors,
  type NamedArray,
  type SafetensorsContents,
} from './safetensors.js';
