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
export { concatenateFeatures } from './concatenate-features.js';
export { createStandardizer } from './create-standardizer.js';
export { inspectFeatures } from './inspect-features.js';
export {
  maskFeatures,
  type MaskFeaturesOptions,
  type StratifiedMaskOptions,
} from './mask-features.js';
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
