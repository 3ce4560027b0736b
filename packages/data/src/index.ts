export {
  createBatchSampler,
  type BatchSampler,
  type BatchSamplerOptions,
} from './create-batch-sampler.js';
export { createDataset, type Dataset, type SplitProtocol, type Splits } from './dataset.js';
export { formatInspection } from './format-inspection.js';
export { holdOutItems, type HoldOutItemsOptions, type ItemHoldOut } from './hold-out-items.js';
export { createIdMap, createIndexIdMap, type IdMap } from './id-map.js';
export type { CountOptions } from './index-count.js';
export {
  inspectDataset,
  type DegreeSummary,
  type InspectOptions,
  type Inspection,
} from './inspect-dataset.js';
export type { LabelClaims } from './inspect/check-labels.js';
export {
  createInteractionTable,
  type InteractionColumns,
  type InteractionTable,
  type InteractionTableInputs,
} from './interaction-table.js';
export { kCoreFilter } from './k-core-filter.js';
export type { PreparedManifest, SourceEntry } from './prepare/manifest.js';
export { prepareDataset } from './prepare/prepare-dataset.js';
export type { FeatureSource, FeatureTarget, PrepareOptions } from './prepare/prepare-options.js';
export {
  sourcePresets,
  type InteractionMapping,
  type MetadataMapping,
  type SourcePreset,
} from './prepare/presets.js';
export type { PrepareProgress, PrepareStep } from './prepare/progress.js';
export type { SourceFormat } from './prepare/source-file.js';
export type { PrepareProtocol } from './prepare/split-interactions.js';
export { catalogueId, readCatalogue, type CatalogueItem } from './read-catalogue.js';
export { readDataset } from './read-dataset.js';
export { readInter } from './read-inter.js';
export { readJsonSplits } from './read-json-splits.js';
export { readPickledSplits } from './read-pickled-splits.js';
export { readTable, type ReadTableOptions, type TableFormat } from './read-table.js';
export { splitByLabels } from './split-by-labels.js';
export { splitByTime, type SplitByTimeOptions } from './split-by-time.js';
export { splitLeaveOneOut } from './split-leave-one-out.js';
export { splitPerUser, type SplitPerUserOptions } from './split-per-user.js';
export type { TableColumns } from './table-rows.js';
export { writeInter } from './write-inter.js';
