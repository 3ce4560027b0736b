import { checkIndices } from '@mmrec/core';
import { selectTopK } from './select-top-k.js';
import { checkRequest, itemsOf, type SyncTopK } from './top-k.js';

/** Embeddings whose inner products are the scores. */
export interface InnerProductInputs {
  /** User embeddings, `[numUsers, dimension]`, row-major, finite. */
  readonly users: Float32Array;
  /** Item embeddings, `[numItems, dimension]`, row-major, finite. */
  readonly items: Float32Array;
  /** Numbers in each embedding. */
  readonly dimension: number;
}

/** Users scored together: their scores, not those of all users, are in memory. */
const userBlock = 16;
/** Numbers of the item tile that stays in the cache while all users of a block meet it: 32 KiB. */
const tileNumbers = 8192;

/**
 * Ranks items by inner product with the user's embedding, in plain TypeScript.
 *
 * Scores are summed in float64 and rounded to float32, always in the same order, so that items with
 * equal embeddings tie exactly. Memory: scores of 16 users, whatever the number of users.
 *
 * @throws {RangeError} If a matrix is no whole number of rows or holds a number that is not finite.
 * @example
 * ```ts
 * const topK = innerProductTopK({
 *   users: new Float32Array([1, 0]),
 *   items: new Float32Array([0.2, 1, 0.9, 0, 0.4, 5]),
 *   dimension: 2,
 * });
 * topK({ users: new Int32Array([0]), k: 2 }) // => [1, 2]
 * ```
 */
export function innerProductTopK(inputs: InnerProductInputs): SyncTopK {
  const { dimension } = inputs;
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new RangeError(`innerProductTopK: dimension must be an integer ≥ 1, got ${dimension}.`);
  }
  const numUsers = countRows('users', inputs.users, dimension);
  const numItems = countRows('items', inputs.items, dimension);
  return (request) => {
    const { users, k, exclude } = request;
    checkIndices('innerProductTopK', { users }, numUsers);
    checkRequest('innerProductTopK', request);
    const out = new Int32Array(users.length * k);
    const scores = new Float32Array(userBlock * numItems);
    for (let start = 0; start < users.length; start += userBlock) {
      const block = users.subarray(start, start + userBlock);
      scoreBlock(inputs, block, scores);
      for (let at = 0; at < block.length; at++) {
        const row = scores.subarray(at * numItems, (at + 1) * numItems);
        if (exclude) for (const item of itemsOf(exclude, block[at]!)) row[item] = NaN;
        out.set(selectTopK(row, k), (start + at) * k);
      }
    }
    return out;
  };
}

/** Scores of a block of users for all items, `[block, numItems]`. */
function scoreBlock(inputs: InnerProductInputs, block: Int32Array, scores: Float32Array): void {
  const { items, dimension } = inputs;
  const numItems = items.length / dimension;
  const tileItems = Math.max(2, Math.floor(tileNumbers / dimension));
  const groups: Float64Array[] = [];
  for (let at = 0; at < block.length; at += 4) {
    groups.push(interleave(inputs, block.subarray(at, at + 4)));
  }
  for (let from = 0; from < numItems; from += tileItems) {
    const to = Math.min(from + tileItems, numItems);
    groups.forEach((group, at) => {
      const target = scores.subarray(4 * at * numItems, 4 * (at + 1) * numItems);
      scoreTile({ group, items, scores: target }, { from, to });
    });
  }
}

/** Embeddings of up to four users in float64, column by column, `[dimension, 4]`. */
function interleave({ users, dimension }: InnerProductInputs, group: Int32Array): Float64Array {
  const out = new Float64Array(4 * dimension);
  group.forEach((user, lane) => {
    for (let column = 0; column < dimension; column++) {
      out[4 * column + lane] = users[user * dimension + column]!;
    }
  });
  return out;
}

interface Tile {
  /** `[dimension, 4]` */
  readonly group: Float64Array;
  readonly items: Float32Array;
  /** `[4, numItems]` */
  readonly scores: Float32Array;
}

/**
 * Scores of four users for the items of a tile, two items at a time: eight sums stay in registers.
 * An odd tile's last item is scored twice, with the same result.
 */
function scoreTile(
  { group, items, scores }: Tile,
  { from, to }: { from: number; to: number },
): void {
  const numItems = scores.length / 4;
  const dimension = group.length / 4;
  for (let first = from; first < to; first += 2) {
    const second = Math.min(first + 1, to - 1);
    let firstAt = first * dimension;
    let secondAt = second * dimension;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let at = 0; at < group.length; at += 4) {
      const a = items[firstAt++]!;
      const b = items[secondAt++]!;
      const u0 = group[at]!;
      const u1 = group[at + 1]!;
      const u2 = group[at + 2]!;
      const u3 = group[at + 3]!;
      a0 += a * u0;
      a1 += a * u1;
      a2 += a * u2;
      a3 += a * u3;
      b0 += b * u0;
      b1 += b * u1;
      b2 += b * u2;
      b3 += b * u3;
    }
    scores[first] = a0;
    scores[numItems + first] = a1;
    scores[2 * numItems + first] = a2;
    scores[3 * numItems + first] = a3;
    scores[second] = b0;
    scores[numItems + second] = b1;
    scores[2 * numItems + second] = b2;
    scores[3 * numItems + second] = b3;
  }
}

function countRows(name: string, data: Float32Array, dimension: number): number {
  if (data.length === 0 || data.length % dimension !== 0) {
    throw new RangeError(
      `innerProductTopK: ${name} must hold whole rows of ${dimension} numbers, got ${data.length} numbers.`,
    );
  }
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at !== -1) {
    throw new RangeError(
      `innerProductTopK: ${name} must be finite, got ${data[at]} in row ${Math.floor(at / dimension)}.`,
    );
  }
  return data.length / dimension;
}
