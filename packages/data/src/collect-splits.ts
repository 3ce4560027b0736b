import type { Interactions } from '@mmrec/core';
import type { Splits } from './dataset.js';

/** Label of a row that goes into no split. */
export const leftOut = 3;

/** The rows of each label as interactions of their own, in the order of the rows. */
export function collectSplits(interactions: Interactions, labels: Uint8Array): Splits {
  const counts = new Int32Array(leftOut + 1);
  for (const label of labels) counts[label]!++;
  const select = (wanted: number): Interactions => {
    const users = new Int32Array(counts[wanted]!);
    const items = new Int32Array(counts[wanted]!);
    let next = 0;
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] !== wanted) continue;
      users[next] = interactions.users[row]!;
      items[next++] = interactions.items[row]!;
    }
    return { numUsers: interactions.numUsers, numItems: interactions.numItems, users, items };
  };
  return { train: select(0), validation: select(1), test: select(2), duplicates: counts[leftOut]! };
}
