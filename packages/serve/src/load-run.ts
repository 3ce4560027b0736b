import { join } from 'node:path';
import { useBackend, type BackendName } from '@mmrec/ops';
import { readServingModel } from './model/read-serving-model.js';
import type { ServingModel } from './model/serving-model.js';
import { createHnswIndex, type HnswOptions, type SavedGraph } from './recommend/hnsw-index.js';
import type { CreateIndex } from './recommend/search-items.js';
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

/** The graphs of a model that were built elsewhere, by what they are of. */
export type SavedGraphs = Readonly<Partial<Record<Parameters<CreateIndex>[1], SavedGraph>>>;

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

/** Builds the graphs that serving a model takes, and writes them into a folder. */
export function saveGraphs(
  model: ServingModel,
  { hnsw }: LoadRunOptions,
  folder: string,
): SavedGraphs {
  const saved: Record<string, SavedGraph> = {};
  const served = serveModel(model, {
    createIndex: (itemEmbeddings, of) => {
      const index = createHnswIndex({ ...model, itemEmbeddings }, hnsw);
      saved[of] = index.save(join(folder, `${of}.usearch`));
      return index;
    },
  });
  served.dispose();
  return saved;
}
