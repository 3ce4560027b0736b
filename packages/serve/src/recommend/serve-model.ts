import { contentColumns, type ItemFeatures } from '../model/content-map.js';
import type { ItemDetails, ServingModel } from '../model/serving-model.js';
import { createExclusion } from './exclusion.js';
import { explainScore, type Explanation } from './explain.js';
import { createExactIndex, type ItemIndex } from './item-index.js';
import { createItemTable } from './item-table.js';
import type { Query, Recommendations, RecommendOptions } from './query.js';
import { createFoldIn, createQueryResolver, embedFeatures, short } from './resolve-query.js';
import { createSearcher, type CreateIndex, orError, type Search } from './search-items.js';
import { ServeError } from './serve-error.js';

/** How a model is served. */
export interface ServeModelOptions {
  /** Largest `k`, default 1,000. */
  readonly maxK?: number | undefined;
  /**
   * Makes an index of row-major embeddings `[items · d]`; absent: exact search. In Node `createHnswIndex` makes
   * approximate ones. Called for the embeddings (`scores`), and for their directions (`cosines`).
   */
  readonly createIndex?: CreateIndex | undefined;
}

/** A new item. */
export interface NewItem {
  readonly id: string;
  /** By modality, as wide as those of the run; modalities may be left out. */
  readonly features: ItemFeatures;
  readonly details?: ItemDetails | undefined;
}

/** What is served. */
export interface ServedModelInfo {
  readonly model: string;
  readonly users: number;
  readonly items: number;
  readonly embeddingSize: number;
  /** Modalities that new items can be made from, with their number of features. */
  readonly modalities: Readonly<Record<string, number>>;
  /** Fields of items that can be filtered by. */
  readonly fields: readonly string[];
  readonly index: { readonly kind: ItemIndex['kind']; readonly recall: number };
}

/** A question with its options. */
export type Request = Query & RecommendOptions;

/** Answers questions of a trained model. */
export interface ServedModel {
  readonly info: ServedModelInfo;
  /**
   * The best items for a user of the run, for a new user with a history, or those that are like some items or features.
   *
   * @throws {ServeError} For an unknown user or item, options that are not allowed, or when no item is left.
   */
  recommend(query: Query, options?: RecommendOptions): Recommendations;
  /** Several questions at once; cheaper than one after the other. Errors are answers, in their places. */
  recommendMany(requests: readonly Request[]): (Recommendations | ServeError)[];
  /**
   * Why an item gets its score: by items of the history, and by modality.
   *
   * @throws {ServeError} For an unknown user or item, or a question without a user or a history.
   */
  explain(query: Query, item: string): Explanation;
  /**
   * Adds an item, with an embedding made from its features: recommended from now on, as long as the model is served.
   *
   * @throws {ServeError} If there is one of that id, or features don't fit the run's.
   */
  addItem(item: NewItem): void;
  hasUser(id: string): boolean;
  hasItem(id: string): boolean;
  dispose(): void;
}

/**
 * Serves a model in this process. A back end must be in use (`useBackend` of `@mmrec/ops`).
 *
 * @example
 * ```ts
 * const model: ServingModel = {
 *   model: 'lightgcn', users: ['ann'], items: ['lamp', 'tent', 'rug'], embeddingSize: 2,
 *   userEmbeddings: Float32Array.of(1, 0), itemEmbeddings: Float32Array.of(3, 0, 0, 1, 2, 0),
 *   histories: { offsets: Int32Array.of(0, 1), items: Int32Array.of(0) }, details: [{}, {}, {}],
 *   foldIn: { weight: new Float32Array(8), intercept: new Float32Array(2) },
 * };
 * serveModel(model).recommend({ user: 'ann' }, { k: 2 }).items.map(({ item }) => item) // => ['rug', 'tent']
 * ```
 */
export function serveModel(model: ServingModel, options: ServeModelOptions = {}): ServedModel {
  const { embeddingSize: d } = model;
  const { maxK = 1000, createIndex = (rows: Float32Array) => createExactIndex(rows, d) } = options;
  const table = createItemTable(model);
  const foldIn = createFoldIn(model, table);
  const { resolve, hasUser } = createQueryResolver(model, table, foldIn);
  const excludeFrom = createExclusion(table);
  const searcher = createSearcher({ model, table, createIndex });

  const prepare = (query: Query, given: RecommendOptions): Search => {
    checkOptions(given, maxK);
    const { k = 10, diversify: diversity = 0 } = given;
    const resolved = resolve(query);
    const excluded = excludeFrom(resolved.history, given);
    const candidates = Math.min(diversity > 0 ? Math.max(4 * k, 50) : k, table.ids.length);
    return { resolved, options: given, candidates, excluded };
  };

  return {
    get info() {
      return {
        model: model.model,
        users: model.users.length,
        items: table.ids.length,
        embeddingSize: d,
        modalities: model.content ? contentColumns(model.content) : {},
        fields: [...table.fields],
        index: { kind: searcher.index.kind, recall: searcher.index.recall },
      };
    },
    recommend: (query, given = {}) => {
      const [result] = searcher.answer([prepare(query, given)]);
      if (result instanceof ServeError) throw result;
      return result!;
    },
    recommendMany: (requests) => {
      const prepared = requests.map((request) => orError(() => prepare(request, request)));
      const searches = prepared.filter((one): one is Search => !(one instanceof ServeError));
      const answers = searcher.answer(searches);
      return prepared.map((one) => (one instanceof ServeError ? one : answers.shift()!));
    },
    explain: (query, item) => {
      const row = table.rowOf(item);
      if (row === undefined)
        throw new ServeError('not-found', `explain: no item '${short(item)}' in the run.`);
      const { vector, history, method } = resolve(query);
      if (!vector || method === 'similar') {
        throw new ServeError(
          'invalid-request',
          'explain: a user or a history with at least one item must be given.',
        );
      }
      return explainScore({ model, table, foldIn }, { user: vector, history, item: row });
    },
    addItem: ({ id, features, details = {} }) => {
      if (id === '') throw new ServeError('invalid-request', 'addItem: id must not be empty.');
      const embedding = embedFeatures('addItem', model.content, features);
      table.add({ id, embedding, features, details });
      searcher.add(embedding);
    },
    hasUser,
    hasItem: (id) => table.rowOf(id) !== undefined,
    dispose: searcher.dispose,
  };
}

function checkOptions(options: RecommendOptions, maxK: number): void {
  const { k = 10, diversify: diversity = 0 } = options;
  if (!Number.isInteger(k) || k < 1 || k > maxK) {
    throw new ServeError(
      'invalid-request',
      `recommend: k must be an integer from 1 to ${maxK}, got ${k}.`,
    );
  }
  if (!(diversity >= 0 && diversity <= 1)) {
    throw new ServeError(
      'invalid-request',
      `recommend: diversify must be from 0 to 1, got ${diversity}.`,
    );
  }
}
