export { checkIndices, checkSameShape, checkShape, nearestName, suggestion } from './checks.js';
export type { CsrMatrix } from './csr-matrix.js';
export { drawRows, drawValues, dropoutThreshold, type Distribution, type Draw } from './draw.js';
export type { FeatureMatrix, FeatureSummary } from './feature-matrix.js';
export { clearMissingRows, itemFeatures, presence } from './item-features.js';
export {
  countItems,
  itemsByUser,
  type Interactions,
  type ItemLists,
  type TopKRequest,
} from './interactions.js';
export type {
  Batch,
  Embeddings,
  LossTerms,
  ModelDefinition,
  ModelInputs,
  Phase,
  PhaseAdam,
  Recommender,
} from './model.js';
export {
  defineOptions,
  describeRule,
  type OptionRule,
  type OptionRules,
  type OptionsDefinition,
} from './options.js';
export { philox, type RngKey } from './philox.js';
export type { Preset, Presets, ReportedFigures } from './presets/preset.js';
export {
  publishedDatasets,
  type PublishedDataset,
  type SplitCounts,
} from './presets/published-datasets.js';
export { joinProtobuf, protobuf, type ProtobufField } from './protobuf.js';
export { createRng, type RandomStream, type Rng } from './rng.js';
export type { TrainingDefaults } from './training-defaults.js';
export { withoutUndefined } from './without-undefined.js';
export { removeTemporaryFiles, writeFileAtomically } from './write-file-atomically.js';
export { writeJsonFile } from './write-json-file.js';
