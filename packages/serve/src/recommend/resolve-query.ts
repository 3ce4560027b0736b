import {
  createHistorySummary,
  mapSummary,
  weightsOfScore,
  type HistorySummary,
} from '../model/fold-in-map.js';
import { dot, unitRows } from '../model/vectors.js';
import type { ContentMap } from '@mmrec/train';
import { contentColumns, embedContent, type ItemFeatures } from '../model/content-map.js';
import type { ServingModel } from '../model/serving-model.js';
import type { ItemTable } from './item-table.js';
import type { Method, Query } from './query.js';
import { ServeError } from './serve-error.js';

/** A question as vectors. */
export interface ResolvedQuery {
  readonly method: Method;
  /** `[d]`; undefined: by popularity. */
  readonly vector: Float32Array | undefined;
  /** The items that the answer starts from, ascending: not recommended again. */
  readonly history: Int32Array;
  /** Ids that are not known. */
  readonly ignored: readonly string[];
}

/** Turns questions into vectors. */
export interface QueryResolver {
  /** @throws {ServeError} For a question that asks nothing or several things, or for unknown ids. */
  resolve(query: Query): ResolvedQuery;
  hasUser(id: string): boolean;
}

const kinds = ['user', 'history', 'items', 'features'] as const;

/** Any question, by what it may hold. */
type Asked = {
  readonly [K in (typeof kinds)[number]]?: Extract<Query, Record<K, unknown>>[K] | undefined;
};

/** Makes users of histories: rows of items. */
export interface FoldIn {
  /** The embedding, `[d]`. */
  embed(history: ArrayLike<number>): Float32Array;
  /** What each item of a history adds to the score of an item with an embedding. */
  contributions(history: Int32Array, item: Float32Array): Float64Array;
}

/** @returns Functions that read the table's present items: those added later fold in as well. */
export function createFoldIn(model: ServingModel, table: ItemTable): FoldIn {
  const { embeddingSize, histories, foldIn } = model;
  let known: { readonly embeddings: Float32Array; readonly summarize: HistorySummary } | undefined;
  const summary = (): HistorySummary => {
    const { embeddings } = table;
    if (known?.embeddings !== embeddings) {
      const summarize = createHistorySummary({
        itemEmbeddings: embeddings,
        embeddingSize,
        histories,
      });
      known = { embeddings, summarize };
    }
    return known.summarize;
  };
  return {
    embed: (history) => mapSummary(foldIn, summary()(history)),
    contributions: (history, item) => {
      const summarize = summary();
      const weights = weightsOfScore(foldIn, item);
      return Float64Array.from(history, (row) =>
        dot(weights, summarize(Int32Array.of(row), history.length)),
      );
    },
  };
}

/** A resolver for a model's users and a table's present items. */
export function createQueryResolver(
  model: ServingModel,
  table: ItemTable,
  foldIn: FoldIn,
): QueryResolver {
  const { embeddingSize: d, userEmbeddings, histories } = model;
  const users = new Map(model.users.map((id, row) => [id, row] as const));
  const ofUser = (id: string): ResolvedQuery => {
    const user = users.get(id);
    if (user === undefined) {
      throw new ServeError(
        'not-found',
        `recommend: no user '${short(id)}' in the run. For a new user send the history: ids of items.`,
      );
    }
    const { offsets, items } = histories;
    return {
      method: 'trained',
      vector: userEmbeddings.subarray(user * d, (user + 1) * d),
      history: items.subarray(offsets[user]!, offsets[user + 1]!),
      ignored: [],
    };
  };
  const ofHistory = (ids: readonly string[]): ResolvedQuery => {
    const { known, ignored } = rowsOf(table, ids);
    if (ids.length === 0) return { method: 'popular', vector: undefined, history: known, ignored };
    checkSomeKnown('history', known, ids);
    return { method: 'fold-in', vector: foldIn.embed(known), history: known, ignored };
  };
  const likeItems = (ids: readonly string[]): ResolvedQuery => {
    const { known, ignored } = rowsOf(table, ids);
    checkSomeKnown('items', known, ids);
    const vector = new Float32Array(d);
    for (const row of known)
      unitRows(table.embeddingOf(row), d).forEach((value, c) => (vector[c]! += value));
    return { method: 'similar', vector: unitRows(vector, d), history: known, ignored };
  };
  const likeFeatures = (features: ItemFeatures): ResolvedQuery => ({
    method: 'similar',
    vector: unitRows(embedFeatures('recommend', model.content, features), d),
    history: new Int32Array(0),
    ignored: [],
  });
  const resolve = (query: Query): ResolvedQuery => {
    const asked: Asked = query;
    const given = kinds.filter((kind) => asked[kind] !== undefined);
    if (given.length !== 1) {
      throw new ServeError(
        'invalid-request',
        `recommend: exactly one of ${kinds.join(', ')} must be given, got ${given.length === 0 ? 'none' : given.join(' and ')}.`,
      );
    }
    const { user, history, items } = asked;
    if (user !== undefined) return ofUser(user);
    if (history) return ofHistory(history);
    return items ? likeItems(items) : likeFeatures(asked.features!);
  };
  return { resolve, hasUser: (id) => users.has(id) };
}

/**
 * An item's embedding from its features.
 *
 * @param where - Name of the public function, for messages.
 * @throws {ServeError} If the run has no features, or those given don't fit.
 */
export function embedFeatures(
  where: string,
  content: ContentMap | undefined,
  features: ItemFeatures,
): Float32Array {
  if (!content) {
    throw new ServeError(
      'unanswerable',
      `${where}: an item can't be made from features here: the run's dataset has none.`,
    );
  }
  const columns = contentColumns(content);
  const names = Object.keys(features);
  if (names.length === 0) {
    throw new ServeError(
      'invalid-request',
      `${where}: features must hold at least one modality of ${Object.keys(columns).join(', ')}, got none.`,
    );
  }
  for (const name of names) {
    const width = Object.hasOwn(columns, name) ? columns[name] : undefined;
    const values = features[name]!;
    if (width === undefined) {
      throw new ServeError(
        'invalid-request',
        `${where}: modalities must be among ${Object.keys(columns).join(', ')}, got '${short(name)}'.`,
      );
    }
    if (values.length !== width || !Array.prototype.every.call(values, Number.isFinite)) {
      throw new ServeError(
        'invalid-request',
        `${where}: ${name} features must be ${width} finite numbers, got ${values.length} values.`,
      );
    }
  }
  return embedContent(content, features);
}

/** Rows of ids, ascending and each once, and the ids that have none. */
function rowsOf(table: ItemTable, ids: readonly string[]) {
  const rows = new Set<number>();
  const ignored: string[] = [];
  for (const id of ids) {
    const row = table.rowOf(id);
    if (row === undefined) ignored.push(id);
    else rows.add(row);
  }
  return { known: Int32Array.from(rows).sort(), ignored };
}

function checkSomeKnown(kind: string, known: Int32Array, ids: readonly string[]): void {
  if (known.length > 0) return;
  if (ids.length === 0)
    throw new ServeError(
      'invalid-request',
      `recommend: ${kind} must name at least one item, got none.`,
    );
  throw new ServeError(
    'not-found',
    `recommend: ${kind} must name at least one item of the run, got only unknown ones: '${short(ids[0]!)}'${ids.length > 1 ? ', …' : ''}.`,
  );
}

/** What strangers send is not repeated at any length. */
export const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
