import { useBackend, type BackendName } from '@mmrec/ops';
import { readServingModel } from './model/read-serving-model.js';
import type { ServingModel } from './model/serving-model.js';
import { unitRows } from './model/vectors.js';
import { createHnswIndex, type HnswOptions, type SavedGraph } from './recommend/hnsw-index.js';
import { serveModel, type ServedModel } from './recommend/serve-model.js';

/** How a run is loaded. */
export interface LoadRunOptions {
  /** Where the dataset lies now; absent: where it lay when the run was made. */
  readonly data?: string | undefined;
  /** Back end to compute on, default `wasm`: what starts fastest and answers single questions fastest. */
  readonly backend?: BackendName | 'auto' | undefined;
  /** Threads to compute on, default 1: a single question doesn't gain by more. */
  readonly threads?: number | undefined;
  /** `exact`, the default; `hnsw`: approximate, for large catalogues. */
  readonly index?: 'exact' | 'hnsw' | undefined;
  readonly hnsw?: Partial<HnswOptions> | undefined;
  /** Largest `k`, default 1,000. */
  readonly maxK?: number | undefined;
}

/** The graphs of a model that were built elsewhere, where its index is `hnsw`. */
export interface SavedGraphs {
  readonly scores: SavedGraph;
  readonly cosines: SavedGraph;
}

/**
 * Loads a trained run for serving in this process.
 *
 * @param folder - A run folder, as `mmrec train` writes it.
 * @throws {Error} If the folder holds no run with a model, or a run of another format version; if its dataset is not
 *   there or another one; if the back end or the index can't be had.
 */
export async function loadRun(folder: string, options: LoadRunOptions = {}): Promise<ServedModel> {
  const { backend = 'wasm', threads = 1, data } = options;
  await useBackend(backend, { threads });
  return serveWith(await readServingModel(folder, { data }), options);
}

/** Serves a model that was read, with the index that the options name. */
export function serveWith(
  model: ServingModel,
  { index = 'exact', hnsw, maxK }: LoadRunOptions,
  saved?: SavedGraphs,
): ServedModel {
  if (index === 'exact') return serveModel(model, { maxK });
  return serveModel(model, {
    maxK,
    createIndex: (itemEmbeddings, of) =>
      createHnswIndex({ ...model, itemEmbeddings }, hnsw, saved?.[of]),
  });
}

/** Builds a model's graphs and writes them into a folder. */
export function saveGraphs(
  model: ServingModel,
  hnsw: Partial<HnswOptions> | undefined,
  fileOf: (of: keyof SavedGraphs) => string,
): SavedGraphs {
  const build = (of: keyof SavedGraphs, itemEmbeddings: Float32Array) => {
    const index = createHnswIndex({ ...model, itemEmbeddings }, hnsw);
    const saved = index.save(fileOf(of));
    index.dispose();
    return saved;
  };
  const { itemEmbeddings, embeddingSize } = model;
  return {
    scores: build('scores', itemEmbeddings),
    cosines: build('cosines', unitRows(itemEmbeddings, embeddingSize)),
  };
}
