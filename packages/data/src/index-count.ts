import { createIndexIdMap, type IdMap } from './id-map.js';

/** Largest index that an id may be: one more is still a count that fits 32 bits. */
export const maxIndex = 0x7ffffffe;

/** What an index must be, for messages. */
export const indexRule = `must be an integer from 0 to ${maxIndex}`;

/** Counts that a caller may ask for, larger than what the files show. */
export interface CountOptions {
  /** Number of users, at least the largest user id + 1 (the default). */
  readonly numUsers?: number;
  /** Number of items, such as that of feature rows; at least the largest item id + 1 (the default). */
  readonly numItems?: number;
}

/** A count, the name of its option, and the name of the ids that it counts. */
export interface IndexCount {
  readonly option: keyof CountOptions;
  readonly ids: string;
  /** The ids, one a row. */
  readonly indices: Int32Array;
}

/** More indices than this, and a hundred for each row, are taken for ids that were never numbered. */
const plausibleCount = 10_000_000;

/**
 * The count asked for, or the smallest that holds all ids.
 *
 * @throws {RangeError} If the count asked for is too small or no count, or if the largest id can't be an
 * index: tables of that size would be made for a few rows.
 */
export function resolveCount(where: string, asked: CountOptions, count: IndexCount): number {
  const { option, ids, indices } = count;
  const needed = countOf(indices);
  if (needed > plausibleCount && needed > 100 * indices.length) {
    const row = indices.indexOf(needed - 1) + 1;
    throw new RangeError(
      `${where}: ${ids} must be indices numbered from 0, got ${needed - 1} in row ${row} of ${indices.length}. Number the ids, or read them as text with readTable.`,
    );
  }
  const wanted = asked[option];
  if (wanted === undefined) return needed;
  if (Number.isInteger(wanted) && wanted >= needed && wanted <= maxIndex + 1) return wanted;
  throw new RangeError(
    `${where}: ${option} must be an integer from ${needed} (the largest ${ids} is ${needed - 1}) to ${maxIndex + 1}, got ${wanted}.`,
  );
}

/** Largest value + 1; 0 for no values. */
function countOf(indices: Int32Array): number {
  let largest = -1;
  for (const index of indices) if (index > largest) largest = index;
  return largest + 1;
}

/** Ids of both sides when ids are indices. */
export function indexIds(numUsers: number, numItems: number): { userIds: IdMap; itemIds: IdMap } {
  return { userIds: createIndexIdMap(numUsers), itemIds: createIndexIdMap(numItems) };
}
