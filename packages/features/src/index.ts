export { concatenateFeatures } from './concatenate-features.js';
export { inspectFeatures } from './inspect-features.js';
export { maskFeatures, type MaskFeaturesOptions } from './mask-features.js';
export { normalizeFeatureRows } from './normalize-feature-rows.js';
export { readFeatureFile, type ReadFeatureFileOptions } from './read-feature-file.js';
export { readFeatureFolder, type ReadFeatureFolderOptions } from './read-feature-folder.js';
export { tableOfMatrix, type FeatureBlock, type FeatureTable } from './files/feature-table.js';
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
