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

/** Users that recall is measured with, and the length of their lists. */
const [sampledUsers, sampledK] = [200, 20];

/**
 * An approximate index for large catalogues: a hierarchical navigable small world graph (the package `usearch`).
 *
 * Graphs of near neighbours find inner products badly where norms differ: a long item is near everything. So an item
 * becomes $[e_i, \sqrt{M^2 - \lVert e_i \rVert^2}]$, M the largest norm, which makes all of them as long, and a question
 * $[u, 0]$, whose inner products are what they were. Lists that come out short because much is left out are made by an
 * exact search.
 *
 * @throws {Error} If the package `usearch` is not installed.
 * @see Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using HNSW graphs, TPAMI 2018.
 * @see Bachrach et al., Speeding up the Xbox recommender system using a Euclidean transformation for inner-product
 *   spaces, RecSys 2014.
 */
export function createHnswIndex(
  { itemEmbeddings, userEmbeddings, embeddingSize: d }: HnswInputs,
  given: Partial<HnswOptions> = {},
): ItemIndex {
  const { connectivity, expansionAdd, expansionSearch } = { ...hnswDefaults, ...given };
  const { Index, MetricKind, ScalarKind } = loadUsearch();
  const graph = new Index({
    dimensions: d + 1,
    metric: MetricKind.IP,
    quantization: ScalarKind.F32,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
  let numItems = itemEmbeddings.length / d;
  const largest = largestSquaredNorm(itemEmbeddings, d);
  const insert = (rows: Float32Array, first: number) => {
    const keys = BigUint64Array.from({ length: rows.length / d }, (_, at) => BigInt(first + at));
    // The typings name lists of rows only; a flat matrix is what the documentation asks for.
    graph.add(keys, liftRows(rows, d, largest) as unknown as Float32Array[]);
  };
  insert(itemEmbeddings, 0);
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
  return {
    kind: 'hnsw',
    recall: measureRecall({ search, exact: exact.search, embeddingSize: d }, userEmbeddings),
    search,
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
  const question = new Float32Array(vector.length + 1);
  question.set(vector);
  // One thread: others would wait for the next question.
  const { keys } = graph.search(question, wanted, 1) as Matches;
  const leftOut = new Set(excluded);
  const items = Int32Array.from(keys, Number).filter((item) => !leftOut.has(item));
  return items.subarray(0, k);
}

const listOf = (items: Int32Array): ItemLists => ({
  offsets: Int32Array.of(0, items.length),
  items,
});

function largestSquaredNorm(rows: Float32Array, d: number): number {
  let largest = 0;
  for (let row = 0; row < rows.length / d; row++)
    largest = Math.max(largest, squaredNorm(rows, row, d));
  return largest;
}

function squaredNorm(rows: Float32Array, row: number, d: number): number {
  let sum = 0;
  for (let c = row * d; c < (row + 1) * d; c++) sum += rows[c]! ** 2;
  return sum;
}

/** Rows with one more column that makes all norms the largest one. */
function liftRows(rows: Float32Array, d: number, largest: number): Float32Array {
  const count = rows.length / d;
  const lifted = new Float32Array(count * (d + 1));
  for (let row = 0; row < count; row++) {
    lifted.set(rows.subarray(row * d, (row + 1) * d), row * (d + 1));
    lifted[row * (d + 1) + d] = Math.sqrt(Math.max(0, largest - squaredNorm(rows, row, d)));
  }
  return lifted;
}

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
