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
  /** Smallest count that holds all ids. */
  readonly needed: number;
}

/**
 * The count asked for, or the smallest that holds all ids.
 *
 * @throws {RangeError} If the count asked for is too small or no count.
 */
export function resolveCount(where: string, asked: CountOptions, count: IndexCount): number {
  const { option, ids, needed } = count;
  const wanted = asked[option];
  if (wanted === undefined) return needed;
  if (Number.isInteger(wanted) && wanted >= needed && wanted <= maxIndex + 1) return wanted;
  throw new RangeError(
    `${where}: ${option} must be an integer from ${needed} (the largest ${ids} is ${needed - 1}) to ${maxIndex + 1}, got ${wanted}.`,
  );
}

/** Largest value + 1; 0 for no values. */
export function countOf(indices: Int32Array): number {
  let largest = -1;
  for (const index of indices) if (index > largest) largest = index;
  return largest + 1;
}

/** Ids of both sides when ids are indices. */
export function indexIds(numUsers: number, numItems: number): { userIds: IdMap; itemIds: IdMap } {
  return { userIds: createIndexIdMap(numUsers), itemIds: createIndexIdMap(numItems) };
}
