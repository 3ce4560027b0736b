import { accelerateWasm } from '@mmrec/ops';
import { ready, setBackend } from '@tensorflow/tfjs-core';
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

/**
 * Loads a serving file (`mmrec export RUN --to serving`) in a browser, to recommend there without a server. Computes on
 * TensorFlow.js's wasm back end, whose `.wasm` files the application serves (`setWasmPaths` of
 * `@tensorflow/tfjs-backend-wasm` says where).
 *
 * @param url - Address of the file.
 * @throws {Error} If it can't be fetched or is no serving file, or the back end doesn't start.
 */
export async function loadRun(
  url: string | URL,
  options: ServeModelOptions = {},
): Promise<ServedModel> {
  // Not `useBackend`: it loads all of TensorFlow.js for its gradients, four times as much to send.
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await setBackend('wasm')))
    throw new Error('loadRun: the wasm back end must start, got none: are its files served?');
  await ready();
  accelerateWasm();
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(
      `loadRun: ${String(url)} must be a serving file, got ${response.status} ${response.statusText}.`,
    );
  }
  return serveModel(unpackServingModel(await response.arrayBuffer(), String(url)), options);
}
