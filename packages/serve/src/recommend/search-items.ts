import { countItems } from '@mmrec/core';
import type { ServingModel } from '../model/serving-model.js';
import { dot, norm, unitRows } from '../model/vectors.js';
import { diversify } from './diversify.js';
import type { ItemIndex } from './item-index.js';
import type { ItemTable } from './item-table.js';
import type { RecommendedItem, Recommendations, RecommendOptions } from './query.js';
import type { ResolvedQuery } from './resolve-query.js';
import { ServeError } from './serve-error.js';

/** A question that is ready to be searched for. */
export interface Search {
  readonly resolved: ResolvedQuery;
  readonly options: RecommendOptions;
  /** Candidates wanted: more than `k` for a choice among them. */
  readonly candidates: number;
  /** Rows left out, ascending. */
  readonly excluded: Int32Array;
}

/** Answers questions that are ready. */
export interface Searcher {
  /** The index of the scores. */
  readonly index: ItemIndex;
  /** All at once; errors are answers, in their places. */
  answer(searches: readonly Search[]): (Recommendations | ServeError)[];
  /** Adds an item after the last. */
  add(embedding: Float32Array): void;
  dispose(): void;
}

/** Makes an index of items' embeddings, for scores, or of their directions, for cosines. */
export type CreateIndex = (embeddings: Float32Array, of: 'scores' | 'cosines') => ItemIndex;

/** What a searcher is made of. */
export interface SearcherInputs {
  readonly model: ServingModel;
  readonly table: ItemTable;
  readonly createIndex: CreateIndex;
}

/** Two indices: of the items' embeddings for scores, and of their directions for cosines, made when it is needed. */
export function createSearcher({ model, table, createIndex }: SearcherInputs): Searcher {
  const { embeddingSize: d } = model;
  const scores = createIndex(table.embeddings, 'scores');
  let cosines: ItemIndex | undefined;
  const similar = () => (cosines ??= createIndex(unitRows(table.embeddings, d), 'cosines'));
  // One that takes long to make is not made while somebody waits.
  if (scores.kind !== 'exact') similar();
  const popular = popularItems(model);

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
    index: scores,
    answer: answerAll,
    add: (embedding) => {
      scores.add(embedding);
      cosines?.add(unitRows(embedding, d));
    },
    dispose: () => {
      scores.dispose();
      cosines?.dispose();
    },
  };
}

/** What a function returns, or the error of the asker that it throws. */
export function orError<T>(make: () => T): T | ServeError {
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
  const counts = countItems(histories, items.length);
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

function cosine(table: ItemTable, a: number, b: number): number {
  const [x, y] = [table.embeddingOf(a), table.embeddingOf(b)];
  return dot(x, y) / (norm(x) * norm(y));
}
