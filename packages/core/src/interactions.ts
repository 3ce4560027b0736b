/** Who interacted with what, as columns. One row an interaction; duplicates allowed. */
export interface Interactions {
  readonly numUsers: number;
  readonly numItems: number;
  /** User index of each interaction, `0 … numUsers − 1`. */
  readonly users: Int32Array;
  /** Item index of each interaction, `0 … numItems − 1`. */
  readonly items: Int32Array;
}

/** Items of each user, in compressed form: those of user `u` are `items[offsets[u]] … items[offsets[u + 1] − 1]`. */
export interface ItemLists {
  /** `[numUsers + 1]`, ascending, starting at 0. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** Whose best items are wanted, how many, and what to leave out. */
export interface TopKRequest {
  /** User numbers, `[n]`. */
  readonly users: Int32Array;
  /** Length of each list. */
  readonly k: number;
  /** Items that a user's list must not contain, lists of all users indexed by user. */
  readonly exclude?: ItemLists | undefined;
}

/**
 * Groups interactions by user with a counting sort: O(users + interactions).
 *
 * @returns Each user's items in ascending order, each once.
 */
export function itemsByUser(interactions: Interactions): ItemLists {
  const { numUsers, numItems, users, items } = interactions;
  // Sorting by item first and then, stably, by user leaves each user's items ascending.
  const byItem = countingSort(items, numItems);
  const starts = countsToOffsets(users, numUsers);
  const sorted = new Int32Array(items.length);
  const next = starts.slice();
  for (const row of byItem) sorted[next[users[row]!]!++] = items[row]!;

  const offsets = new Int32Array(numUsers + 1);
  let end = 0;
  for (let user = 0; user < numUsers; user++) {
    const start = end;
    for (let at = starts[user]!; at < starts[user + 1]!; at++) {
      if (end === start || sorted[end - 1] !== sorted[at]) sorted[end++] = sorted[at]!;
    }
    offsets[user + 1] = end;
  }
  return { offsets, items: sorted.slice(0, end) };
}

/**
 * How many lists hold each item, `[numItems]`: the number of users who had it.
 *
 * @param numItems - More than any item of the lists.
 * @example
 * ```ts
 * [...countItems({ offsets: Int32Array.of(0, 2, 3), items: Int32Array.of(0, 2, 2) }, 3)] // => [1, 0, 2]
 * ```
 */
export function countItems({ items }: ItemLists, numItems: number): Int32Array {
  const counts = new Int32Array(numItems);
  for (const item of items) counts[item]!++;
  return counts;
}

/** Row numbers in the order of `keys`, stable; keys are `0 … numKeys − 1`. */
function countingSort(keys: Int32Array, numKeys: number): Int32Array {
  const next = countsToOffsets(keys, numKeys);
  const order = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row++) order[next[keys[row]!]!++] = row;
  return order;
}

/** Where each key's rows start when rows are sorted by key, `[numKeys + 1]`. */
function countsToOffsets(keys: Int32Array, numKeys: number): Int32Array {
  const offsets = new Int32Array(numKeys + 1);
  for (const key of keys) offsets[key + 1]!++;
  for (let key = 0; key < numKeys; key++) offsets[key + 1]! += offsets[key]!;
  return offsets;
}
