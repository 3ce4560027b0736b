import { useBackend, type BackendName } from '@mmrec/ops';
import { unpackServingModel } from './model/serving-file.js';
import { serveModel, type ServedModel, type ServeModelOptions } from './recommend/serve-model.js';

export { unpackServingModel } from './model/serving-file.js';
export type { ItemDetails, ServingModel } from './model/serving-model.js';
export { diversify, type Candidates } from './recommend/diversify.js';
export type { Explanation } from './recommend/explain.js';
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

/** How a serving file is loaded in a browser. */
export interface LoadRunOptions extends ServeModelOptions {
  /** Back end to compute on, default `wasm`; its files are served by the application. */
  readonly backend?: BackendName | 'auto' | undefined;
}

/**
 * Loads a serving file (`mmrec export RUN --to serving`) in a browser, to recommend there without a server.
 *
 * @param url - Address of the file.
 * @throws {Error} If it can't be fetched or is no serving file.
 */
export async function loadRun(
  url: string | URL,
  options: LoadRunOptions = {},
): Promise<ServedModel> {
  await useBackend(options.backend ?? 'wasm');
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(
      `loadRun: ${String(url)} must be a serving file, got ${response.status} ${response.statusText}.`,
    );
  }
  return serveModel(unpackServingModel(await response.arrayBuffer(), String(url)), options);
}
