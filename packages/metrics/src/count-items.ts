import { checkIndices, countItems as count, type ItemLists } from '@mmrec/core';

/** Popularity of each item: how many lists hold it, `[numItems]`. */
export function countItems(where: string, lists: ItemLists, numItems: number): Int32Array {
  checkNumItems(where, numItems);
  checkIndices(where, { items: lists.items }, numItems);
  return count(lists, numItems);
}

/** @throws {RangeError} If the number of items is not a positive integer. */
export function checkNumItems(where: string, numItems: number): void {
  if (Number.isInteger(numItems) && numItems >= 1) return;
  throw new RangeError(`${where}: numItems must be an integer ≥ 1, got ${numItems}.`);
}
