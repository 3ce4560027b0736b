import { checkIndices, checkShape, type ItemLists, type TopKRequest } from '@mmrec/core';
import { matMul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { gatherRows } from './gather-rows.js';
import { tensorMemory } from './tensor-memory.js';
import { blocksOf } from './wasm/partition.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

/**
 * Ranks all items by inner product with each user and returns the best `k`.
 *
 * Memory beside the result: some 600 KiB and `4 k` KiB a thread with the WebAssembly kernel, which never
 * holds more than 64 × 512 scores, and 64 MiB or `k` KiB in all; elsewhere `256 · numItems` scores.
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
    return (memory ? rankOnWasm(memory, embeddings) : rankOnHost(embeddings))({
      ...request,
      exclude,
    });
  };
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

function rankOnWasm(memory: TensorMemory, { users, items }: EmbeddingTables): Rank {
  const { runtime } = memory;
  const [numItems, columns] = items.shape;
  return ({ users: wanted, k, exclude }) => {
    const [u, i] = [memory.read(users), memory.read(items)];
    const list = runtime.upload(wanted);
    const out = runtime.allocate(wanted.length * k);
    const excluded = exclude ? runtime.lists(exclude) : { offsets: 0, items: 0 };
    // A part has lists and products of its own: which thread takes it isn't known beforehand.
    const listsSize = userBlock * (4 * k + 67) + 2 * k + 32;
    const partSize = listsSize + userBlock * itemBlock;
    const blocks = Math.ceil(wanted.length / userBlock);
    const affordable = Math.floor(mostRoom / partSize);
    const parts = Math.max(1, Math.min(4 * runtime.threads, blocks, affordable));
    const size = Math.max(1, Math.ceil(wanted.length / parts / userBlock)) * userBlock;
    const room = runtime.allocate(parts * partSize, 'the lists of the best items');
    runtime.each('topOfProducts', blocksOf(wanted.length, size), ([from, to]) => {
      const partLists = room.pointer + 4 * (from / size) * partSize;
      return [
        ...[u, list.pointer + 4 * from, to - from, i, numItems, columns, k],
        ...[excluded.offsets, excluded.items, partLists, partLists + 4 * listsSize],
        out.pointer + 4 * from * k,
      ];
    });
    const start = out.pointer / 4;
    const result = runtime.integers().slice(start, start + wanted.length * k);
    for (const block of [list, out, room]) block.release();
    return result;
  };
}

const hostBlock = 256;

/** The back end's own product, and the plain selection. */
function rankOnHost({ users, items }: EmbeddingTables): Rank {
  return ({ users: wanted, k, exclude }) => {
    const lists = new Int32Array(wanted.length * k);
    for (let start = 0; start < wanted.length; start += hostBlock) {
      const block = wanted.subarray(start, start + hostBlock);
      const scores = tidy(() => {
        const product = matMul(gatherRows(users, block), items, false, true);
        return (product.dataSync() as Float32Array).slice();
      });
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
