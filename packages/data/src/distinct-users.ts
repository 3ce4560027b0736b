import type { ItemLists, RandomStream } from '@mmrec/core';

/** Users with one of their items each. */
interface UserRows {
  readonly users: Int32Array;
  readonly positiveItems: Int32Array;
}

/**
 * A random choice of different users, each with one of their items at random.
 *
 * @param pool - Users to choose from, each once, each with an item; not changed.
 * @param size - How many; all where there are fewer.
 */
export function drawDistinctUsers(
  { pool, lists, size }: { pool: Int32Array; lists: ItemLists; size: number },
  stream: RandomStream,
): UserRows {
  const count = Math.min(size, pool.length);
  // The first steps of a shuffle, from the same order each time: the result depends on the stream only.
  const order = pool.slice();
  for (let at = 0; at < count; at++) {
    const other = at + stream.integer(order.length - at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const users = order.slice(0, count);
  const positiveItems = users.map((user) => {
    const [start, end] = [lists.offsets[user]!, lists.offsets[user + 1]!];
    return lists.items[start + stream.integer(end - start)]!;
  });
  return { users, positiveItems };
}
