import { checkIndices, checkShape, type ItemLists, type TopKRequest } from '@mmrec/core';
import { engine, matMul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { gatherRows } from './gather-rows.js';
import { wasmRuntime } from './wasm-runtime.js';

/**
 * Ranks all items by inner product with each user and returns the best `k`.
 *
 * Users go in blocks, so that at most `blockSize · numItems` scores are in memory at a time.
 *
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]`; must outlive the function returned.
 * @param blockSize - Users a block; 256 by default.
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
export function createTopK(
  { users, items }: { readonly users: Tensor2D; readonly items: Tensor2D },
  blockSize = 256,
): (request: TopKRequest) => Int32Array {
  checkShape('createTopK', { items }, [null, users.shape[1]]);
  return ({ users: wanted, k, exclude }) => {
    checkIndices('createTopK', { users: wanted }, users.shape[0]);
    checkExclude(exclude, users.shape[0]);
    const lists = new Int32Array(wanted.length * k);
    for (let start = 0; start < wanted.length; start += blockSize) {
      const block = wanted.subarray(start, start + blockSize);
      tidy(() => {
        const scores = matMul(gatherRows(users, block), items, false, true) as Tensor2D;
        lists.set(selectTop(scores, k, excludedColumns(block, exclude)), start * k);
      });
    }
    return lists;
  };
}

function checkExclude(exclude: ItemLists | undefined, numUsers: number): void {
  if (!exclude || exclude.offsets.length === numUsers + 1) return;
  throw new RangeError(
    `createTopK: exclude must have a list for each of ${numUsers} users, got ${exclude.offsets.length - 1}.`,
  );
}

/** Columns to leave out, for each row of a block of scores. */
type Excluded = (row: number) => Int32Array;

function excludedColumns(users: Int32Array, exclude: ItemLists | undefined): Excluded {
  const none = new Int32Array(0);
  if (!exclude) return () => none;
  const { offsets, items } = exclude;
  return (row) => items.subarray(offsets[users[row]!]!, offsets[users[row]! + 1]!);
}

/** The best columns of each row of `scores`, whose excluded numbers are overwritten on the way. */
function selectTop(scores: Tensor2D, k: number, excluded: Excluded): Int32Array {
  const [rows, columns] = scores.shape;
  const { backendName, backend } = engine();
  const mask = (values: Float32Array) => {
    for (let row = 0; row < rows; row++) {
      for (const column of excluded(row)) {
        if (!(column >= 0 && column < columns)) {
          throw new RangeError(
            `createTopK: excluded items must be from 0 to ${columns - 1}, got ${column}.`,
          );
        }
        values[row * columns + column] = -Infinity;
      }
    }
    return values;
  };
  if (backendName !== 'wasm') {
    return selectTopOfRows(mask((scores.dataSync() as Float32Array).slice()), columns, k);
  }
  const runtime = wasmRuntime(backend as BackendWasm);
  const start = runtime.pointer(scores.dataId);
  mask(runtime.floats().subarray(start / 4, start / 4 + rows * columns));
  const lists = runtime.allocate(rows * k);
  const scratch = runtime.allocate(2 * k);
  runtime.kernels.selectTop(start, rows, columns, k, lists.pointer, scratch.pointer);
  const result = new Int32Array(runtime.floats().buffer, lists.pointer, rows * k).slice();
  lists.release();
  scratch.release();
  return result;
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
