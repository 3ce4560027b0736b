import { checkIndices } from '@mmrec/core';
import { checkNumItems } from './count-items.js';
import type { TopLists } from './top-k.js';

/** How often each item is recommended, `[numItems]`; empty places don't count. */
export function countRecommended(where: string, lists: TopLists, numItems: number): Int32Array {
  checkNumItems(where, numItems);
  const items = lists.items.filter((item) => item !== -1);
  checkIndices(where, { items }, numItems);
  const counts = new Int32Array(numItems);
  for (const item of items) counts[item]!++;
  return counts;
}

/** Items of each list, empty places left out. */
export function* eachList({ items, k }: TopLists): Generator<Int32Array> {
  for (let start = 0; start + k <= items.length; start += k) {
    yield items.subarray(start, start + k).filter((item) => item !== -1);
  }
}
