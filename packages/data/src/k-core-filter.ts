import { firstOccurrences } from './first-occurrences.js';
import { createIdMap, type IdMap } from './id-map.js';
import type { InteractionColumns, InteractionTable } from './interaction-table.js';

/**
 * The k-core of the interaction graph: leaves out users and items with fewer than `k` different
 * partners, again and again until none is left, and numbers those that remain from 0 in the order
 * they had. May leave nothing.
 *
 * @param k - At least 1.
 * @returns All columns that were given; external ids are kept (an index that had none becomes the
 * id), so the items' features can be picked by id.
 * @throws {RangeError} If `k` is not a positive integer.
 * @example
 * ```ts
 * const table = createInteractionTable({
 *   users: ['ann', 'ann', 'bob', 'bob', 'cid'],
 *   items: ['a', 'b', 'a', 'b', 'c'],
 * });
 * kCoreFilter(table, 2).userIds.ids // => ['ann', 'bob']
 * ```
 */
export function kCoreFilter(table: InteractionColumns, k: number): InteractionTable {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new RangeError(`kCoreFilter: k must be an integer ≥ 1, got ${k}.`);
  }
  const { users, items, numUsers, numItems } = table;
  const first = firstOccurrences(table);
  const alive = new Uint8Array(users.length).fill(1);
  let userDegrees = new Int32Array(numUsers);
  let itemDegrees = new Int32Array(numItems);
  for (let changed = true; changed;) {
    userDegrees = new Int32Array(numUsers);
    itemDegrees = new Int32Array(numItems);
    for (let row = 0; row < users.length; row++) {
      if (!alive[row] || !first[row]) continue;
      userDegrees[users[row]!]!++;
      itemDegrees[items[row]!]!++;
    }
    changed = false;
    for (let row = 0; row < users.length; row++) {
      if (!alive[row]) continue;
      if (userDegrees[users[row]!]! >= k && itemDegrees[items[row]!]! >= k) continue;
      alive[row] = 0;
      changed = true;
    }
  }
  return compact(table, alive, { userDegrees, itemDegrees });
}

/** Rows that are alive, with users and items numbered anew. */
function compact(
  table: InteractionColumns,
  alive: Uint8Array,
  degrees: { userDegrees: Int32Array; itemDegrees: Int32Array },
): InteractionTable {
  const users = renumber(degrees.userDegrees, table.userIds);
  const items = renumber(degrees.itemDegrees, table.itemIds);
  const isAlive = (_: number, row: number) => alive[row] === 1;
  const { labels, ratings, timestamps, source } = table;
  return {
    numUsers: users.ids.ids.length,
    numItems: items.ids.ids.length,
    users: table.users.filter(isAlive).map((user) => users.indices[user]!),
    items: table.items.filter(isAlive).map((item) => items.indices[item]!),
    userIds: users.ids,
    itemIds: items.ids,
    ...(labels && { labels: labels.filter(isAlive) }),
    ...(ratings && { ratings: ratings.filter(isAlive) }),
    ...(timestamps && { timestamps: timestamps.filter(isAlive) }),
    ...(source && { source }),
  };
}

/** New indices of what has interactions left. */
function renumber(
  degrees: Int32Array,
  oldIds: IdMap | undefined,
): { indices: Int32Array; ids: IdMap } {
  const indices = new Int32Array(degrees.length);
  const ids: string[] = [];
  for (let old = 0; old < degrees.length; old++) {
    if (degrees[old]! > 0) indices[old] = ids.push(oldIds?.ids[old] ?? String(old)) - 1;
  }
  return { indices, ids: createIdMap(ids) };
}
