export { concatenateFeatures } from './concatenate-features.js';
export { inspectFeatures } from './inspect-features.js';
export { normalizeFeatureRows } from './normalize-feature-rows.js';
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
