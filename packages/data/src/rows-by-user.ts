import type { Interactions } from '@mmrec/core';

/** Row numbers of each user in the order of the rows: those of `u` are `rows[offsets[u]] … rows[offsets[u + 1] − 1]`. */
export interface RowsByUser {
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
}

/** Groups the rows that are kept by user, with a counting sort. */
export function rowsByUser({ users, numUsers }: Interactions, keep: Uint8Array): RowsByUser {
  const offsets = new Int32Array(numUsers + 1);
  for (let row = 0; row < users.length; row++) if (keep[row]) offsets[users[row]! + 1]!++;
  for (let user = 0; user < numUsers; user++) offsets[user + 1]! += offsets[user]!;
  const next = offsets.slice();
  const rows = new Int32Array(offsets[numUsers]!);
  for (let row = 0; row < users.length; row++) {
    if (keep[row]) rows[next[users[row]!]!++] = row;
  }
  return { offsets, rows };
}
