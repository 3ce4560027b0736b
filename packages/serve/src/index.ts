export { createServer } from './http/create-server.js';
export { serveRun, type ServedRun } from './http/serve-run.js';
export { serverLimits, type ServerLimits, type ServerOptions } from './http/server-options.js';
export { loadRun, type LoadRunOptions } from './load-run.js';
export type { ItemFeatures } from './model/content-map.js';
export type { ContentMap } from '@mmrec/train';
export { createServingModel, type ServingModelInputs } from './model/create-serving-model.js';
export { fitFoldIn, type FoldInExamples, type FoldInMap } from './model/fold-in-map.js';
export {
  readServingModel,
  servingModelOf,
  type ReadServingModelOptions,
} from './model/read-serving-model.js';
export { unpackServingModel } from './model/serving-file.js';
export type { ItemDetails, ServingModel } from './model/serving-model.js';
export { diversify, type Candidates } from './recommend/diversify.js';
export type { Explanation } from './recommend/explain.js';
export {
  createHnswIndex,
  type HnswIndex,
  type HnswInputs,
  type HnswOptions,
  type SavedGraph,
} from './recommend/hnsw-index.js';
export {
  compileFilter,
  type FieldCondition,
  type FilteredItem,
  type ItemFilter,
} from './recommend/item-filter.js';
export { createExactIndex, type IndexRequest, type ItemIndex } from './recommend/item-index.js';
export type {
  Method,
  Query,
  RecommendedItem,
  Recommendations,
  RecommendOptions,
} from './recommend/query.js';
export { ServeError, type ServeErrorCode } from './recommend/serve-error.js';
export {
  serveModel,
  type NewItem,
  type Request,
  type ServedModel,
  type ServedModelInfo,
  type ServeModelOptions,
} from './recommend/serve-model.js';
export type { CreateIndex } from './recommend/search-items.js';
export { writeServingFile } from './write-serving-file.js';
