import type { Interactions } from '@mmrec/core';

/** Pairs to compare; rows of different groups are never repetitions of each other. */
interface Pairs extends Pick<Interactions, 'users' | 'items'> {
  readonly groups?: Uint8Array;
}

/**
 * Marks one row of each (user, item) pair: its first, or its earliest by time.
 *
 * @param timestamps - Time of each row; among equal times the first row counts as the earliest.
 * @returns 1 for rows to keep, 0 for repetitions, `[rows]`.
 */
export function firstOccurrences(pairs: Pairs, timestamps?: Float64Array): Uint8Array {
  const { users, items, groups } = pairs;
  const differ = (a: number, b: number) =>
    users[a] !== users[b] || items[a] !== items[b] || groups?.[a] !== groups?.[b];
  const keep = new Uint8Array(users.length).fill(1);
  // An open-addressing hash table of rows: its size depends on the rows, not on the largest id.
  const size = 2 ** Math.ceil(Math.log2(2 * users.length + 2));
  const slots = new Int32Array(size).fill(-1);
  for (let row = 0; row < users.length; row++) {
    let slot = hashPair(users[row]!, items[row]!) & (size - 1);
    let other = slots[slot]!;
    while (other !== -1 && differ(row, other)) {
      slot = (slot + 1) & (size - 1);
      other = slots[slot]!;
    }
    const earlier = other === -1 || (timestamps && timestamps[row]! < timestamps[other]!);
    if (earlier) slots[slot] = row;
    if (other !== -1) keep[earlier ? other : row] = 0;
  }
  return keep;
}

/** Thirty-two well mixed bits of a pair. */
function hashPair(user: number, item: number): number {
  let bits = Math.imul(user, 0x9e3779b1) ^ Math.imul(item + 0x7f4a7c15, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return bits ^ (bits >>> 13);
}
