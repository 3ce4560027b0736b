import { checkIndices, checkShape, type ItemLists, type TopKRequest } from '@mmrec/core';
import { matMul, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { gatherRows } from './gather-rows.js';
import { roundItems, type ItemTable } from './rough-items.js';
import { tensorMemory } from './tensor-memory.js';
import { blocksOf } from './wasm/partition.js';
import { valuesOf } from './values-of.js';
import type { Pointer } from './wasm/heap.js';
import type { KernelRuntime } from './wasm/runtime.js';

/**
 * Ranks all items by inner product with each user and returns the best `k`.
 *
 * For 32 users and more the WebAssembly kernel rounds rows of 16 to 512 numbers to 16 bits first, and makes float32
 * products of those items only that may be among the best by what rounding can change: the result is the same.
 *
 * Memory beside the result: with the WebAssembly kernel half of the items' (256 MiB at most), some 600 KiB and
 * `4 k` KiB a thread, which never holds more than 64 × 512 scores, and 64 MiB or `k` KiB in all; elsewhere
 * `256 · numItems` scores.
 *
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]`; must outlive the function returned.
 * @returns A function of a request: item numbers `[n · k]`, row-major, best first, equal scores by lower
 *   number; −1 where fewer than `k` items are left.
 * @throws {RangeError} If the embeddings' widths differ; when called, for users out of range, for
 *   `exclude` without a list for every user, or with items out of range.
 * @example
 * ```ts
 * const topK = createTopK({ users: tf.tensor2d([[1, 0]]), items: tf.tensor2d([[1, 0], [3, 0], [2, 0]]) });
 * topK({ users: Int32Array.of(0), k: 2 }) // => [1, 2]
 * ```
 */
export function createTopK(embeddings: EmbeddingTables): (request: TopKRequest) => Int32Array {
  const { users, items } = embeddings;
  checkShape('createTopK', { items }, [null, users.shape[1]]);
  return (request) => {
    checkIndices('createTopK', { users: request.users }, users.shape[0]);
    const exclude = checkExclude(request.exclude, embeddings);
    const memory = tensorMemory();
    if (!memory) return rankOnHost(embeddings)({ ...request, exclude });
    const { runtime } = memory;
    const [numItems, columns] = items.shape;
    const tables = { users: memory.read(users), items: memory.read(items), numItems, columns };
    const excluded = exclude ? runtime.lists(exclude) : noLists;
    return rankOnWasm(runtime, tables, { ...request, excluded });
  };
}

/** Vectors to rank items for, that are rows of no table. */
export interface VectorTopKRequest {
  /** Row-major, `[n · d]`, finite. */
  readonly vectors: Float32Array;
  /** Length of each list. */
  readonly k: number;
  /** Items that a list must not contain: a list a vector, each ascending. */
  readonly exclude?: ItemLists | undefined;
}

/**
 * As {@link createTopK}, of vectors that are given with the request: what answers a single question at once.
 * Nothing that a request brings stays in memory.
 *
 * @param items - `[numItems, d]`; must outlive the function returned.
 * @returns A function of a request: item numbers `[n · k]`, row-major, best first, equal scores by lower
 *   number; −1 where fewer than `k` items are left.
 * @throws {RangeError} When called, for vectors of another width, or for `exclude` without an ascending list of
 *   items in range for each.
 * @example
 * ```ts
 * const topK = createVectorTopK(tf.tensor2d([[1, 0], [3, 0], [2, 0]]));
 * topK({ vectors: Float32Array.of(1, 0), k: 2 }) // => [1, 2]
 * ```
 */
export function createVectorTopK(items: Tensor2D): (request: VectorTopKRequest) => Int32Array {
  const [numItems, columns] = items.shape;
  return ({ vectors, k, exclude }) => {
    const rows = vectors.length / columns;
    if (!Number.isInteger(rows)) {
      throw new RangeError(
        `createVectorTopK: vectors must have ${columns} numbers each, got ${vectors.length} in all.`,
      );
    }
    if (exclude) checkVectorExclude(exclude, { rows, numItems });
    const users = Int32Array.from({ length: rows }, (_, row) => row);
    const memory = tensorMemory();
    if (!memory) {
      const table = tensor2d(vectors, [rows, columns]);
      const lists = rankOnHost({ users: table, items })({ users, k, exclude });
      table.dispose();
      return lists;
    }
    const { runtime } = memory;
    const blocks = [runtime.upload(vectors)];
    const upload = (values: Int32Array) => {
      const block = runtime.upload(values);
      blocks.push(block);
      return block.pointer;
    };
    const excluded = exclude
      ? { offsets: upload(exclude.offsets), items: upload(exclude.items) }
      : noLists;
    const tables = { users: blocks[0]!.pointer, items: memory.read(items), numItems, columns };
    const lists = rankOnWasm(runtime, tables, { users, k, excluded });
    for (const block of blocks) block.release();
    return lists;
  };
}

function checkVectorExclude(
  { offsets, items }: ItemLists,
  { rows, numItems }: { readonly rows: number; readonly numItems: number },
): void {
  if (offsets.length !== rows + 1 || offsets[0] !== 0 || offsets[rows] !== items.length) {
    throw new RangeError(
      `createVectorTopK: exclude must have a list for each of ${rows} vectors, got ${offsets.length - 1} with ${items.length} items.`,
    );
  }
  for (let row = 0; row < rows; row++) {
    const end = offsets[row + 1]!;
    for (let at = offsets[row]!, least = 0; at < end; at++) {
      const item = items[at]!;
      if (item >= least && item < numItems) least = item;
      else {
        throw new RangeError(
          `createVectorTopK: excluded items must ascend from 0 to ${numItems - 1}, got ${item}.`,
        );
      }
    }
  }
}

interface EmbeddingTables {
  readonly users: Tensor2D;
  readonly items: Tensor2D;
}

/** Lists that were checked, and the same with each list ascending. */
const checked = new WeakMap<ItemLists, { numItems: number; ascending: ItemLists }>();

/** Checks the lists once and gives them with each list ascending. */
function checkExclude(
  exclude: ItemLists | undefined,
  { users, items }: EmbeddingTables,
): ItemLists | undefined {
  if (!exclude) return undefined;
  const [numUsers, numItems] = [users.shape[0], items.shape[0]];
  const { offsets, items: listed } = exclude;
  if (offsets.length !== numUsers + 1) {
    throw new RangeError(
      `createTopK: exclude must have a list for each of ${numUsers} users, got ${offsets.length - 1}.`,
    );
  }
  const known = checked.get(exclude);
  if (known?.numItems === numItems) return known.ascending;
  const ascend = offsets.every((offset, user) => offset >= (user === 0 ? 0 : offsets[user - 1]!));
  if (!ascend || offsets[numUsers]! > listed.length) {
    throw new RangeError(
      `createTopK: exclude's offsets must ascend from 0 to at most its ${listed.length} items, got ${offsets[numUsers]!} as the last.`,
    );
  }
  const wrong = listed.find((item) => !(item >= 0 && item < numItems));
  if (wrong !== undefined) {
    throw new RangeError(
      `createTopK: excluded items must be from 0 to ${numItems - 1}, got ${wrong}.`,
    );
  }
  const ascending = sortLists(exclude);
  checked.set(exclude, { numItems, ascending });
  return ascending;
}

/** The lists themselves when they ascend already. */
function sortLists(lists: ItemLists): ItemLists {
  const { offsets, items } = lists;
  let sorted: Int32Array | undefined;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [start, end] = [offsets[user]!, offsets[user + 1]!];
    for (let at = start + 1; at < end; at++) {
      if (items[at]! >= items[at - 1]!) continue;
      (sorted ??= items.slice()).subarray(start, end).sort();
      break;
    }
  }
  return sorted ? { offsets, items: sorted } : lists;
}

type Rank = (request: TopKRequest) => Int32Array;

/** Users ranked at a time and items compared at a time by `topOfProducts` of assembly/select-top.ts. */
const [userBlock, itemBlock] = [64, 512];

/** Numbers that all parts together may take, if it is more than one part: 64 MiB. */
const mostRoom = 2 ** 24;

const noLists = { offsets: 0, items: 0 };

/** Where the tables lie, row-major. */
interface ResidentTables extends ItemTable {
  readonly users: Pointer;
}

interface ResidentRequest {
  readonly users: Int32Array;
  readonly k: number;
  readonly excluded: { readonly offsets: Pointer; readonly items: Pointer };
}

function rankOnWasm(
  runtime: KernelRuntime,
  tables: ResidentTables,
  { users: wanted, k, excluded }: ResidentRequest,
): Int32Array {
  const { users: u, items: i, numItems, columns } = tables;
  const list = runtime.upload(wanted);
  const out = runtime.allocate(wanted.length * k);
  const rough = roundItems(runtime, tables, wanted.length);
  // A part has lists and products of its own: which thread takes it isn't known beforehand.
  const listsSize = userBlock * (4 * k + 136) + 2 * k + 74;
  const roughSize = rough ? userBlock * Math.ceil(columns / 2) : 0;
  const partSize = listsSize + userBlock * itemBlock + roughSize;
  const blocks = Math.ceil(wanted.length / userBlock);
  const affordable = Math.floor(mostRoom / partSize);
  const parts = Math.max(1, Math.min(4 * runtime.threads, blocks, affordable));
  const size = Math.max(1, Math.ceil(wanted.length / parts / userBlock)) * userBlock;
  const room = runtime.allocate(parts * partSize, 'the lists of the best items');
  runtime.each('topOfProducts', blocksOf(wanted.length, size), ([from, to]) => {
    const partLists = room.pointer + 4 * (from / size) * partSize;
    const products = partLists + 4 * listsSize;
    return [
      ...[u, list.pointer + 4 * from, to - from, i, numItems, columns, k],
      ...[excluded.offsets, excluded.items, partLists, products, out.pointer + 4 * from * k],
      ...[rough?.block.pointer ?? 0, products + 4 * userBlock * itemBlock],
      ...[rough?.largest ?? 0, rough?.extent ?? 0, rough?.sum ?? 0],
    ];
  });
  const start = out.pointer / 4;
  const result = runtime.integers().slice(start, start + wanted.length * k);
  for (const block of [list, out, room]) block.release();
  rough?.block.release();
  return result;
}

const hostBlock = 256;

/** The back end's own product, and the plain selection. */
function rankOnHost({ users, items }: EmbeddingTables): Rank {
  return ({ users: wanted, k, exclude }) => {
    const lists = new Int32Array(wanted.length * k);
    for (let start = 0; start < wanted.length; start += hostBlock) {
      const block = wanted.subarray(start, start + hostBlock);
      const scores = valuesOf(() => matMul(gatherRows(users, block), items, false, true));
      const numItems = items.shape[0];
      block.forEach((user, row) => {
        const [from, to] = [exclude?.offsets[user] ?? 0, exclude?.offsets[user + 1] ?? 0];
        for (let at = from; at < to; at++) {
          scores[row * numItems + exclude!.items[at]!] = -Infinity;
        }
      });
      lists.set(selectTopOfRows(scores, numItems, k), start * k);
    }
    return lists;
  };
}

/**
 * The `k` columns with the largest numbers of each row: the plain version of the kernel.
 *
 * @param scores - `[rows · columns]`, row-major; −∞ and NaN are never chosen.
 * @returns Column numbers `[rows · k]`, best first, equal scores by lower column, −1 for places left over.
 */
export function selectTopOfRows(scores: Float32Array, columns: number, k: number): Int32Array {
  const rows = columns === 0 ? 0 : scores.length / columns;
  const out = new Int32Array(rows * k).fill(-1);
  for (let row = 0; row < rows; row++) {
    const values = scores.subarray(row * columns, (row + 1) * columns);
    // A sorted list, worst last: for the short lists of rankings, inserting beats a heap.
    const best: number[] = [];
    for (let column = 0; column < columns; column++) {
      const score = values[column]!;
      if (!(score > (best.length < k ? -Infinity : values[best[k - 1]!]!))) continue;
      let place = Math.min(best.length, k - 1);
      for (; place > 0 && values[best[place - 1]!]! < score; place--)
        best[place] = best[place - 1]!;
      best[place] = column;
    }
    out.set(best, row * k);
  }
  return out;
}
