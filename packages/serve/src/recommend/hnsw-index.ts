import type { ItemLists } from '@mmrec/core';
import type * as Usearch from 'usearch';
import type { Index, Matches } from 'usearch';
import { createExactIndex, type IndexRequest, type ItemIndex } from './item-index.js';

/** How an HNSW index is built and searched: more of each finds more, and takes longer. */
export interface HnswOptions {
  /** Neighbours of a node, default 32. */
  readonly connectivity: number;
  /** Candidates kept while building, default 256. */
  readonly expansionAdd: number;
  /** Candidates kept while searching, default 512; longer lists are made by an exact search. */
  readonly expansionSearch: number;
}

const hnswDefaults: HnswOptions = { connectivity: 32, expansionAdd: 256, expansionSearch: 512 };

/** What an index is built of. */
export interface HnswInputs {
  /** Row-major, `[numItems · d]`. */
  readonly itemEmbeddings: Float32Array;
  /** Row-major, `[numUsers · d]`: some of them ask while the recall is measured. */
  readonly userEmbeddings: Float32Array;
  readonly embeddingSize: number;
}

/** An index that can be kept in a file. */
export interface HnswIndex extends ItemIndex {
  /** Writes the graph, over a file that is there. */
  save(file: string): SavedGraph;
}

/** A graph that was built before, of the same items with the same options. */
export interface SavedGraph {
  readonly file: string;
  readonly recall: number;
}

/** Users that recall is measured with, and the length of their lists. */
const [sampledUsers, sampledK] = [200, 20];

/**
 * An approximate index for large catalogues: a hierarchical navigable small world graph (the package `usearch`).
 *
 * The graph is one of inner products (ip-NSW): making norms equal by a further column, so that distances could be used,
 * was measured and finds less (recall@20 of 50,000 items in clusters .67 instead of 1.00, in half the time). Lists that
 * come out short because much is left out are made by an exact search.
 *
 * @param saved - Read instead of built: {@link HnswIndex.save}.
 * @throws {Error} If the package `usearch` is not installed.
 * @see Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using HNSW graphs, TPAMI 2018.
 * @see Morozov and Babenko, Non-metric similarity graphs for maximum inner product search, NeurIPS 2018.
 */
export function createHnswIndex(
  { itemEmbeddings, userEmbeddings, embeddingSize: d }: HnswInputs,
  given: Partial<HnswOptions> = {},
  saved?: SavedGraph,
): HnswIndex {
  const { connectivity, expansionAdd, expansionSearch } = { ...hnswDefaults, ...given };
  const { Index, MetricKind, ScalarKind } = loadUsearch();
  const graph = new Index({
    dimensions: d,
    metric: MetricKind.IP,
    quantization: ScalarKind.F32,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
  let numItems = itemEmbeddings.length / d;
  const insert = (rows: Float32Array, first: number) => {
    const keys = BigUint64Array.from({ length: rows.length / d }, (_, at) => BigInt(first + at));
    // The typings name lists of rows only; a flat matrix is what the documentation asks for.
    graph.add(keys, rows as unknown as Float32Array[]);
  };
  if (saved) graph.load(saved.file);
  else insert(itemEmbeddings, 0);
  const exact = createExactIndex(itemEmbeddings, d);
  const searchOne = (vector: Float32Array, k: number, excluded: Int32Array): Int32Array => {
    const wanted = Math.min(k + excluded.length, numItems);
    if (wanted <= expansionSearch) {
      const list = nearest(graph, vector, { wanted, excluded, k });
      if (list.length === Math.min(k, numItems - excluded.length)) return list;
    }
    return exact.search({ vectors: vector, k, exclude: listOf(excluded) });
  };
  const search = ({ vectors, k, exclude }: IndexRequest): Int32Array => {
    const found = new Int32Array((vectors.length / d) * k).fill(-1);
    for (let row = 0; row < vectors.length / d; row++) {
      const [from, to] = [exclude?.offsets[row] ?? 0, exclude?.offsets[row + 1] ?? 0];
      const excluded = exclude?.items.subarray(from, to) ?? new Int32Array(0);
      found.set(searchOne(vectors.subarray(row * d, (row + 1) * d), k, excluded), row * k);
    }
    return found;
  };
  const searches = { search, exact: exact.search, embeddingSize: d };
  const recall = saved?.recall ?? measureRecall(searches, userEmbeddings);
  return {
    kind: 'hnsw',
    recall,
    search,
    save: (file) => {
      graph.save(file);
      return { file, recall };
    },
    add: (embedding) => {
      insert(embedding, numItems++);
      exact.add(embedding);
    },
    dispose: exact.dispose,
  };
}

/** Nearest items of a vector that are not left out, `k` at most, by falling inner product. */
function nearest(
  graph: Index,
  vector: Float32Array,
  {
    wanted,
    excluded,
    k,
  }: { readonly wanted: number; readonly excluded: Int32Array; readonly k: number },
): Int32Array {
  // One thread: others would wait for the next question.
  const { keys } = graph.search(vector, wanted, 1) as Matches;
  const leftOut = new Set(excluded);
  const items = Int32Array.from(keys, Number).filter((item) => !leftOut.has(item));
  return items.subarray(0, k);
}

const listOf = (items: Int32Array): ItemLists => ({
  offsets: Int32Array.of(0, items.length),
  items,
});

interface ComparedSearches {
  readonly search: ItemIndex['search'];
  readonly exact: ItemIndex['search'];
  readonly embeddingSize: number;
}

/** Share of the exact lists that the index finds, for users at equal steps. */
function measureRecall(
  { search, exact, embeddingSize: d }: ComparedSearches,
  users: Float32Array,
): number {
  const numUsers = users.length / d;
  const count = Math.min(sampledUsers, numUsers);
  const vectors = new Float32Array(count * d);
  for (let at = 0; at < count; at++) {
    const user = Math.floor((at * numUsers) / count);
    vectors.set(users.subarray(user * d, (user + 1) * d), at * d);
  }
  const [found, best] = [search({ vectors, k: sampledK }), exact({ vectors, k: sampledK })];
  let [hits, wanted] = [0, 0];
  for (let at = 0; at < count; at++) {
    const list = new Set(found.subarray(at * sampledK, (at + 1) * sampledK));
    for (const item of best.subarray(at * sampledK, (at + 1) * sampledK)) {
      if (item < 0) continue;
      wanted++;
      if (list.has(item)) hits++;
    }
  }
  return wanted === 0 ? 1 : hits / wanted;
}

/** The package, if it is installed. Its CommonJS build: the other one doesn't find its addon from everywhere. */
function loadUsearch(): typeof Usearch {
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    return createRequire(import.meta.url)('usearch') as typeof Usearch;
  } catch (error) {
    throw new Error(
      `createHnswIndex: the package 'usearch' must be installed for an HNSW index: npm install usearch. ${(error as Error).message.split('\n')[0]!}`,
      { cause: error },
    );
  }
}
