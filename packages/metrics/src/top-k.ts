import type { ItemLists, TopKRequest } from '@mmrec/core';
import { checkCutoff } from './hit-list.js';

/**
 * Ranks items for users. Returns item indices `[users, k]`, row-major: best first, of equal scores
 * the lower index first, padded with −1 where fewer than k items are left.
 */
export type TopK = (request: TopKRequest) => Int32Array | Promise<Int32Array>;

/** {@link TopK} that answers at once. */
export type SyncTopK = (request: TopKRequest) => Int32Array;

/** Items recommended to users. */
export interface TopLists {
  /** User of each list, `[users]`. */
  readonly users: Int32Array;
  /** Item indices, best first, −1 for an empty place, `[users, k]`, row-major. */
  readonly items: Int32Array;
  /** Places in each list. */
  readonly k: number;
}

/** A user's items in lists of all users. */
export function itemsOf({ offsets, items }: ItemLists, user: number): Int32Array {
  return items.subarray(offsets[user], offsets[user + 1]);
}

/** @throws {RangeError} If k is not a positive integer or a user has no list to exclude. */
export function checkRequest(where: string, { users, k, exclude }: TopKRequest): void {
  checkCutoff(where, k);
  if (exclude) checkListed(where, { exclude }, users);
}

/** @throws {RangeError} If a user is not an index into the lists. */
export function checkListed(
  where: string,
  named: Readonly<Record<string, ItemLists>>,
  users: Int32Array,
): void {
  for (const [name, { offsets }] of Object.entries(named)) {
    const numUsers = offsets.length - 1;
    const outside = users.find((user) => user < 0 || user >= numUsers);
    if (outside === undefined) continue;
    throw new RangeError(
      `${where}: ${name} must hold a list for every user, got ${numUsers} lists and user ${outside}.`,
    );
  }
}
