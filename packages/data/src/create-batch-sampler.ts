import {
  checkIndices,
  defineOptions,
  itemsByUser,
  type Batch,
  type Interactions,
  type ItemLists,
  type RandomStream,
  type Rng,
} from '@mmrec/core';
import { drawDistinctUsers } from './distinct-users.js';

/** Options of {@link createBatchSampler}. */
export interface BatchSamplerOptions {
  /** Rows of a batch; the last of an epoch may be smaller. Default 2048. */
  batchSize: number;
  /**
   * Observed pairs alone; each with a sampled negative item (`triplets`, the default); or as many
   * different users as a batch has rows, each with one of their items and a negative one.
   */
  sampling: 'pairs' | 'triplets' | 'users';
  /** Negatives uniformly or in proportion to their training interactions. Default `uniform`. */
  negatives: 'uniform' | 'popularity';
}

/** Makes an epoch's batches anew for each source of random numbers. */
export interface BatchSampler {
  /** Interactions of an epoch. */
  readonly rowsPerEpoch: number;
  readonly batchesPerEpoch: number;
  /**
   * Every row once, in random order; with `users`, random users for each batch, independently of the
   * others. The same `rng` gives the same batches.
   */
  epoch(rng: Rng): Iterable<Batch>;
}

const batchSamplerOptions = defineOptions<BatchSamplerOptions>({
  batchSize: { kind: 'integer', default: 2048, min: 1, description: 'Rows of a batch.' },
  sampling: {
    kind: 'choice',
    default: 'triplets',
    choices: ['pairs', 'triplets', 'users'],
    description: 'Observed pairs alone, each with a sampled negative item, or different users.',
  },
  negatives: {
    kind: 'choice',
    default: 'uniform',
    choices: ['uniform', 'popularity'],
    description: 'Distribution of negative items.',
  },
});

/**
 * Batches of training interactions, shuffled, each with a sampled negative item.
 *
 * With `users`, a batch is a random choice of different users (all of them where there are fewer than
 * `batchSize`), each with one of their items at random: a user with many items occurs no oftener than
 * one with a single item. An epoch has as many batches as it would have with `triplets`.
 *
 * Negatives are drawn among the items that occur in training and are not among the user's own:
 * uniformly, or with probability proportional to their number of training interactions. A repeated
 * pair is one row. A user who has all items that occur in training has no negative: such a user's
 * rows are left out of `triplets`. The order of the rows given does not matter.
 *
 * @param interactions - Training interactions only.
 * @throws {RangeError} For an option out of range, an index outside `numUsers` or `numItems`, or
 * interactions that leave no row.
 * @throws {TypeError} For an unknown option.
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'bob', 'bob'], items: ['a', 'b', 'c'] });
 * const sampler = createBatchSampler(table, { batchSize: 2 });
 * const sizes = [];
 * for (const { users, negativeItems } of sampler.epoch(createRng(1))) {
 *   sizes.push([users.length, negativeItems.length]);
 * }
 * sizes // => [[2, 2], [1, 1]]
 * ```
 */
export function createBatchSampler(
  interactions: Interactions,
  options: Partial<BatchSamplerOptions> = {},
): BatchSampler {
  const { batchSize, sampling, negatives } = batchSamplerOptions.resolve(
    'createBatchSampler',
    options,
  );
  const { users, items, numUsers, numItems } = interactions;
  checkIndices('createBatchSampler', { users }, numUsers);
  checkIndices('createBatchSampler', { items }, numItems);
  const lists = itemsByUser(interactions);
  const counts = new Int32Array(numItems);
  for (const item of lists.items) counts[item]!++;
  const trained = presentItems(counts);
  // A user whose list is as long as that of all trained items has every one of them.
  const longest = sampling === 'pairs' ? Infinity : trained.length - 1;
  const rows = rowsOf(lists, longest);
  if (rows.users.length === 0) {
    const got = users.length === 0 ? 'no interactions' : 'users who have them all';
    throw new RangeError(
      `createBatchSampler: some user must lack an item that occurs in training, got ${got}.`,
    );
  }
  const draw = negatives === 'uniform' ? uniformly(trained) : byPopularity(lists.items, counts);
  const addNegatives = sampling === 'pairs' ? () => new Int32Array(0) : negativesFor(lists, draw);
  const batchesPerEpoch = Math.ceil(rows.users.length / batchSize);
  const pool = rows.users.filter((user, row) => user !== rows.users[row - 1]);
  const shared = { batchSize, batchesPerEpoch, addNegatives };
  return sampling === 'users' ? samplerOfUsers(lists, pool, shared) : samplerOfRows(rows, shared);
}

interface SamplerParts {
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  addNegatives(users: Int32Array, stream: RandomStream): Int32Array;
}

/** Every row once. */
function samplerOfRows(
  rows: Readonly<Record<'users' | 'items', Int32Array>>,
  { batchSize, batchesPerEpoch, addNegatives }: SamplerParts,
): BatchSampler {
  return {
    rowsPerEpoch: rows.users.length,
    batchesPerEpoch,
    *epoch(rng) {
      const order = Int32Array.from(rows.users, (_, row) => row);
      rng.stream('shuffle').shuffle(order);
      for (let start = 0, step = 0; start < order.length; start += batchSize, step++) {
        const batch = order.subarray(start, start + batchSize);
        const batchUsers = batch.map((row) => rows.users[row]!);
        yield {
          users: batchUsers,
          positiveItems: batch.map((row) => rows.items[row]!),
          negativeItems: addNegatives(batchUsers, rng.stream(`negatives/${step}`)),
        };
      }
    },
  };
}

/** Different users in each batch. */
function samplerOfUsers(
  lists: ItemLists,
  pool: Int32Array,
  { batchSize, batchesPerEpoch, addNegatives }: SamplerParts,
): BatchSampler {
  return {
    rowsPerEpoch: batchesPerEpoch * Math.min(batchSize, pool.length),
    batchesPerEpoch,
    *epoch(rng) {
      for (let step = 0; step < batchesPerEpoch; step++) {
        const request = { pool, lists, size: batchSize };
        const rows = drawDistinctUsers(request, rng.stream(`users/${step}`));
        yield { ...rows, negativeItems: addNegatives(rows.users, rng.stream(`negatives/${step}`)) };
      }
    },
  };
}

/** Items with a training interaction, ascending. */
function presentItems(counts: Int32Array): Int32Array {
  const present = new Int32Array(counts.length);
  let length = 0;
  for (let item = 0; item < counts.length; item++) if (counts[item]) present[length++] = item;
  return present.slice(0, length);
}

/** The pairs of the lists as columns, without the users whose list is longer than `longest`. */
function rowsOf(
  { offsets, items }: ItemLists,
  longest: number,
): { users: Int32Array; items: Int32Array } {
  const users = new Int32Array(items.length);
  const kept = new Int32Array(items.length);
  let length = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [start, end] = [offsets[user]!, offsets[user + 1]!];
    if (end - start > longest) continue;
    users.fill(user, length, length + end - start);
    kept.set(items.subarray(start, end), length);
    length += end - start;
  }
  return { users: users.subarray(0, length), items: kept.subarray(0, length) };
}

/** How items are drawn, whoever they are for. */
interface ItemDraw {
  next(stream: RandomStream): number;
  /** Items that can be drawn, and in proportion to what. */
  readonly items: Int32Array;
  weight(item: number): number;
}

function uniformly(items: Int32Array): ItemDraw {
  return { items, weight: () => 1, next: (stream) => items[stream.integer(items.length)]! };
}

/** Draws an item of a random interaction, which is an item in proportion to its interactions. */
function byPopularity(interactions: Int32Array, counts: Int32Array): ItemDraw {
  return {
    items: presentItems(counts),
    weight: (item) => counts[item]!,
    next: (stream) => interactions[stream.integer(interactions.length)]!,
  };
}

const patience = 32;

function negativesFor(lists: ItemLists, draw: ItemDraw) {
  const negativeOf = (user: number, stream: RandomStream): number => {
    for (let tries = 0; tries < patience; tries++) {
      const item = draw.next(stream);
      if (!hasItem(lists, user, item)) return item;
    }
    // Few items are left to this user: list them. The distribution is the same.
    const left = draw.items.filter((item) => !hasItem(lists, user, item));
    let remaining = stream.integer(left.reduce((total, item) => total + draw.weight(item), 0));
    return left.find((item) => (remaining -= draw.weight(item)) < 0)!;
  };
  return (users: Int32Array, stream: RandomStream): Int32Array =>
    users.map((user) => negativeOf(user, stream));
}

/** Whether an item is in a user's list, by halving. */
function hasItem({ offsets, items }: ItemLists, user: number, item: number): boolean {
  let low = offsets[user]!;
  let high = offsets[user + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return low < offsets[user + 1]! && items[low] === item;
}
