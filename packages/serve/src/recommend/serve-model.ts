import type { ItemFeatures } from '../model/content-map.js';
import { dot } from '../model/fold-in-map.js';
import type { ItemDetails, ServingModel } from '../model/serving-model.js';
import { diversify } from './diversify.js';
import { explainScore, type Explanation } from './explain.js';
import { createExclusion } from './exclusion.js';
import { createExactIndex, type ItemIndex } from './item-index.js';
import { createItemTable, type ItemTable } from './item-table.js';
import type { Query, RecommendedItem, Recommendations, RecommendOptions } from './query.js';
import {
  createFoldIn,
  createQueryResolver,
  embedFeatures,
  short,
  type ResolvedQuery,
} from './resolve-query.js';
import { ServeError } from './serve-error.js';

/** How a model is served. */
export interface ServeModelOptions {
  /** Largest `k`, default 1,000. */
  readonly maxK?: number | undefined;
  /**
   * Makes an index of row-major embeddings `[items · d]`; absent: exact search. In Node `createHnswIndex` makes
   * approximate ones.
   */
  readonly createIndex?: ((embeddings: Float32Array) => ItemIndex) | undefined;
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

/** A question that is ready to be searched for. */
interface Search {
  readonly resolved: ResolvedQuery;
  readonly options: RecommendOptions;
  /** Candidates wanted: more than `k` for a choice among them. */
  readonly candidates: number;
  /** Rows left out, ascending. */
  readonly excluded: Int32Array;
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
  const resolve = createQueryResolver(model, table, foldIn);
  const excludeFrom = createExclusion(table);
  const scores = createIndex(table.embeddings);
  let cosines: ItemIndex | undefined;
  const similar = () => (cosines ??= createIndex(unitRows(table.embeddings, d)));
  if (scores.kind !== 'exact') similar();
  const popular = popularItems(model);
  const users = new Set(model.users);

  const prepare = ({ options: given, ...query }: { options: RecommendOptions } & Query): Search => {
    checkOptions(given, maxK);
    const { k = 10, diversify: diversity = 0 } = given;
    const resolved = resolve(query);
    const excluded = excludeFrom(resolved.history, given);
    const candidates = Math.min(diversity > 0 ? Math.max(4 * k, 50) : k, table.ids.length);
    return { resolved, options: given, candidates, excluded };
  };

  const answer = ({ resolved, options: given }: Search, found: Int32Array): Recommendations => {
    const rows = Array.from(found).filter((row) => row >= 0);
    if (rows.length === 0) {
      throw new ServeError(
        'unanswerable',
        'recommend: no item is left: filter, exclude and the history leave out all of them.',
      );
    }
    const { method, vector, ignored } = resolved;
    const { k = 10, diversify: diversity = 0, fields = [] } = given;
    const scoreOf = (row: number) => {
      if (!vector) return popular.counts[row] ?? 0;
      const embedding = table.embeddingOf(row);
      return dot(vector, embedding) / (method === 'similar' ? norm(embedding) : 1);
    };
    const values = rows.map(scoreOf);
    const similarity = (a: number, b: number) => cosine(table, a, b);
    const chosen = diversify({ items: rows, scores: values, similarity }, k, diversity);
    const items = chosen.map((at) => describe(table, rows[at]!, { score: values[at]!, fields }));
    return { method, items, ignored };
  };

  const search = (index: ItemIndex, searches: readonly Search[]): Int32Array[] => {
    const k = Math.max(...searches.map(({ candidates }) => candidates));
    const vectors = new Float32Array(searches.length * d);
    searches.forEach(({ resolved }, at) => {
      vectors.set(resolved.vector!, at * d);
    });
    const found = index.search({ vectors, k, exclude: joinLists(searches) });
    return searches.map(({ candidates }, at) => found.subarray(at * k, at * k + candidates));
  };

  const answerAll = (searches: readonly Search[]): (Recommendations | ServeError)[] => {
    const found = new Map<Search, Int32Array>();
    for (const method of ['scores', 'cosines'] as const) {
      const some = searches.filter(
        ({ resolved }) =>
          resolved.vector && (resolved.method === 'similar') === (method === 'cosines'),
      );
      if (some.length === 0) continue;
      const lists = search(method === 'scores' ? scores : similar(), some);
      some.forEach((one, at) => found.set(one, lists[at]!));
    }
    return searches.map((one) =>
      orError(() => answer(one, found.get(one) ?? firstOf(popular.order, table, one))),
    );
  };

  return {
    get info() {
      return {
        model: model.model,
        users: model.users.length,
        items: table.ids.length,
        embeddingSize: d,
        modalities: model.content?.columns ?? {},
        fields: [...table.fields],
        index: { kind: scores.kind, recall: scores.recall },
      };
    },
    recommend: (query, given = {}) => {
      const [result] = answerAll([prepare({ ...query, options: given })]);
      if (result instanceof ServeError) throw result;
      return result!;
    },
    recommendMany: (requests) => {
      const prepared = requests.map((request) =>
        orError(() => prepare({ ...request, options: request })),
      );
      const searches = prepared.filter((one): one is Search => !(one instanceof ServeError));
      const answers = answerAll(searches);
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
      scores.add(embedding);
      cosines?.add(unitRows(embedding, d));
    },
    hasUser: (id) => users.has(id),
    hasItem: (id) => table.rowOf(id) !== undefined,
    dispose: () => {
      scores.dispose();
      cosines?.dispose();
    },
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

function orError<T>(make: () => T): T | ServeError {
  try {
    return make();
  } catch (error) {
    if (error instanceof ServeError) return error;
    throw error;
  }
}

function describe(
  { ids, details }: ItemTable,
  row: number,
  { score, fields }: { readonly score: number; readonly fields: readonly string[] },
): RecommendedItem {
  const about = details[row]!;
  const wanted = fields.filter((field) => about[field] !== undefined);
  return {
    item: ids[row]!,
    score,
    ...(about.title !== undefined && { title: about.title }),
    ...(fields.length > 0 && {
      details: Object.fromEntries(wanted.map((field) => [field, about[field]])),
    }),
  };
}

function joinLists(searches: readonly Search[]) {
  const offsets = new Int32Array(searches.length + 1);
  searches.forEach(({ excluded }, at) => {
    offsets[at + 1] = offsets[at]! + excluded.length;
  });
  const items = new Int32Array(offsets[searches.length]!);
  searches.forEach(({ excluded }, at) => {
    items.set(excluded, offsets[at]);
  });
  return { offsets, items };
}

/** Items by the number of users who had them, the most popular first. */
function popularItems({ histories, items }: ServingModel) {
  const counts = new Int32Array(items.length);
  for (const item of histories.items) counts[item]!++;
  const order = Int32Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return { counts, order };
}

/** The first items of an order that are not left out; items that came in since stand last. */
function firstOf(
  order: Int32Array,
  { ids }: ItemTable,
  { candidates, excluded }: Search,
): Int32Array {
  const leftOut = new Set(excluded);
  const found: number[] = [];
  for (let place = 0; place < ids.length && found.length < candidates; place++) {
    const row = order[place] ?? place;
    if (!leftOut.has(row)) found.push(row);
  }
  return Int32Array.from(found);
}

function unitRows(rows: Float32Array, d: number): Float32Array {
  const units = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += d) {
    const length = norm(rows.subarray(start, start + d));
    for (let c = start; c < start + d; c++) units[c] = rows[c]! / length;
  }
  return units;
}

/** The length, or 1 of a row of zeros. */
const norm = (row: Float32Array) => Math.sqrt(dot(row, row)) || 1;

function cosine(table: ItemTable, a: number, b: number): number {
  const [x, y] = [table.embeddingOf(a), table.embeddingOf(b)];
  return dot(x, y) / (norm(x) * norm(y));
}
