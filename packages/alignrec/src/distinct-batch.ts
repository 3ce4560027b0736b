import type { Batch } from '@mmrec/core';
import { distinctRows } from '@mmrec/ops';

/** Different rows, and how often some of them occur. */
export interface CountedRows {
  /** Row numbers, `[n]`. */
  readonly rows: Int32Array;
  /** How often each of the first rows occurs, those that are aligned, `[≤ n]`. */
  readonly counts: Float32Array;
}

/** A batch in terms of its different users and items. */
export interface DistinctBatch {
  /** All users count. */
  readonly users: CountedRows;
  /** Positive items, which count, before those that are only negative. */
  readonly items: CountedRows;
  /** The batch, with places among the different rows for users and items. */
  readonly triplets: Batch;
}

/** Finds the different users and items of a batch: each is looked up, fused and aligned once. */
export function distinctBatch(
  { users, positiveItems, negativeItems }: Batch,
  { numUsers, numItems }: { readonly numUsers: number; readonly numItems: number },
): DistinctBatch {
  const size = users.length;
  const both = new Int32Array(size + negativeItems.length);
  both.set(positiveItems);
  both.set(negativeItems, size);
  const u = distinctRows(users, numUsers);
  const i = distinctRows(both, numItems);
  const positives = i.places.subarray(0, size);
  return {
    users: { rows: u.rows, counts: countPlaces(u.places) },
    items: { rows: i.rows, counts: countPlaces(positives) },
    triplets: {
      users: u.places,
      positiveItems: positives,
      negativeItems: i.places.subarray(size),
    },
  };
}

/** How often each place occurs; places begin at 0, and a new one is the next. */
function countPlaces(places: Int32Array): Float32Array {
  const counts = new Float32Array(places.reduce((most, place) => Math.max(most, place + 1), 0));
  for (const place of places) counts[place]!++;
  return counts;
}
