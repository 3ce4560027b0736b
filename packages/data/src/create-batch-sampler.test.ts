import { createRng, type Batch, type Interactions } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { createBatchSampler, type BatchSamplerOptions } from './create-batch-sampler.js';

/** User `u` has the items `lists[u]`. */
function interactionsOf(lists: readonly (readonly number[])[], numItems: number): Interactions {
  return {
    numUsers: lists.length,
    numItems,
    users: Int32Array.from(lists.flatMap((items, user) => items.map(() => user))),
    items: Int32Array.from(lists.flat()),
  };
}

function epochOf(
  interactions: Interactions,
  options: Partial<BatchSamplerOptions>,
  seed = 1,
): Batch[] {
  return [...createBatchSampler(interactions, options).epoch(createRng(seed))];
}

const pairsOf = (batches: readonly Batch[]) =>
  batches.flatMap(({ users, positiveItems }) =>
    [...users].map((user, row) => `${user}-${positiveItems[row]}`),
  );

// Item 3 occurs nowhere; user 2 has nothing.
const world = interactionsOf([[0, 1], [2], [], [4, 5, 0], [1]], 6);

it('yields every pair once, in batches of the size asked for and a smaller last one', () => {
  const sampler = createBatchSampler(world, { batchSize: 3 });
  const batches = [...sampler.epoch(createRng(1))];
  expect(sampler).toMatchObject({ rowsPerEpoch: 7, batchesPerEpoch: 3 });
  expect(batches.map(({ users }) => users.length)).toEqual([3, 3, 1]);
  for (const batch of batches) {
    expect(batch.positiveItems).toHaveLength(batch.users.length);
    expect(batch.negativeItems).toHaveLength(batch.users.length);
  }
  expect(pairsOf(batches).sort()).toEqual(['0-0', '0-1', '1-2', '3-0', '3-4', '3-5', '4-1']);
});

it('repeats an epoch for its seed and shuffles anew for another', () => {
  expect(epochOf(world, { batchSize: 2 }, 1)).toEqual(epochOf(world, { batchSize: 2 }, 1));
  expect(pairsOf(epochOf(world, {}, 1))).not.toEqual(pairsOf(epochOf(world, {}, 2)));
});

it('does not depend on the order of the rows, nor on repeated rows', () => {
  const shuffled = interactionsOf([[1, 0, 1, 1], [2], [], [5, 0, 4], [1, 1]], 6);
  expect(epochOf(shuffled, { batchSize: 4 })).toEqual(epochOf(world, { batchSize: 4 }));
});

it('draws no negatives for pairs', () => {
  const batches = epochOf(world, { sampling: 'pairs', batchSize: 5 });
  expect(batches.map(({ negativeItems }) => negativeItems.length)).toEqual([0, 0]);
  expect(pairsOf(batches)).toHaveLength(7);
});

describe.each(['uniform', 'popularity'] as const)('%s negatives', (negatives) => {
  it('are trained items that the user does not have', () => {
    for (let seed = 0; seed < 200; seed++) {
      for (const { users, negativeItems } of epochOf(world, { negatives }, seed)) {
        for (const [row, item] of negativeItems.entries()) {
          expect([0, 1, 2, 4, 5]).toContain(item);
          const user = users[row]!;
          const own = [...world.items].filter((_, other) => world.users[other] === user);
          expect(own).not.toContain(item);
        }
      }
    }
  });
});

/** How often each item is the negative of user 0, over many epochs. */
function negativesOfUser0(interactions: Interactions, negatives: BatchSamplerOptions['negatives']) {
  const counts = new Int32Array(interactions.numItems);
  for (let seed = 0; seed < 3000; seed++) {
    for (const { users, negativeItems } of epochOf(interactions, { negatives }, seed)) {
      for (const [row, item] of negativeItems.entries()) if (users[row] === 0) counts[item]!++;
    }
  }
  return counts;
}

describe('the distribution of negatives', () => {
  // Trainings: item 0 one, 1 four, 2 two, 3 one.
  const skewed = interactionsOf([[0], [1, 2], [1, 2], [1], [1, 3]], 4);

  it('is uniform over the items left', () => {
    const [own, ...others] = negativesOfUser0(skewed, 'uniform');
    expect(own).toBe(0);
    for (const count of others) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('is proportional to training interactions', () => {
    const [own, ...others] = negativesOfUser0(skewed, 'popularity');
    expect(own).toBe(0);
    for (const [at, expected] of [(3000 * 4) / 7, (3000 * 2) / 7, 3000 / 7].entries()) {
      expect(Math.abs(others[at]! - expected)).toBeLessThan(120);
    }
  });

  it('holds for a user who has nearly everything', () => {
    // User 0 lacks items 1500 (two interactions) and 1700 (one): rejection alone would seldom end.
    const own = Array.from({ length: 2000 }, (_, item) => item).filter(
      (item) => item !== 1500 && item !== 1700,
    );
    const heavy = interactionsOf([own, [1500], [1500, 1700]], 2000);
    for (const [negatives, share] of [
      ['uniform', 1 / 2],
      ['popularity', 2 / 3],
    ] as const) {
      const drawn = epochOf(heavy, { negatives }).flatMap(({ users, negativeItems }) =>
        [...negativeItems].filter((_, row) => users[row] === 0),
      );
      expect(drawn).toHaveLength(1998);
      expect(drawn.every((item) => item === 1500 || item === 1700)).toBe(true);
      const of1500 = drawn.filter((item) => item === 1500).length;
      expect(Math.abs(of1500 - 1998 * share)).toBeLessThan(100);
    }
  });
});

describe('users', () => {
  it('are different in a batch, each with an item of theirs and one that is not', () => {
    const sampler = createBatchSampler(world, { sampling: 'users', batchSize: 3 });
    expect(sampler).toMatchObject({ rowsPerEpoch: 9, batchesPerEpoch: 3 });
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const batches = [...sampler.epoch(createRng(seed))];
      expect(batches).toHaveLength(3);
      for (const { users, positiveItems, negativeItems } of batches) {
        expect(new Set(users).size).toBe(3);
        for (const [row, user] of users.entries()) {
          const own = [...world.items].filter((_, other) => world.users[other] === user);
          expect(own).toContain(positiveItems[row]);
          expect(own).not.toContain(negativeItems[row]);
          seen.add(`${user}-${positiveItems[row]}`);
        }
      }
    }
    expect([...seen].sort()).toEqual(['0-0', '0-1', '1-2', '3-0', '3-4', '3-5', '4-1']);
  });

  it('occur alike, however many items they have', () => {
    const counts = new Int32Array(world.numUsers);
    for (let seed = 0; seed < 1000; seed++) {
      const [first] = epochOf(world, { sampling: 'users', batchSize: 2 }, seed);
      for (const user of first!.users) counts[user]!++;
    }
    // Four users with items, two a batch: 500 each.
    expect(counts[2]).toBe(0);
    for (const user of [0, 1, 3, 4]) expect(Math.abs(counts[user]! - 500)).toBeLessThan(80);
  });

  it('are all of them in a batch that has room', () => {
    const options = { sampling: 'users', batchSize: 100 } as const;
    const [batch, ...others] = epochOf(world, options);
    expect([...batch!.users].sort()).toEqual([0, 1, 3, 4]);
    expect(others).toEqual([]);
    expect(createBatchSampler(world, options).rowsPerEpoch).toBe(4);
  });

  it('repeat for their seed', () => {
    const options = { sampling: 'users', batchSize: 3 } as const;
    expect(epochOf(world, options, 1)).toEqual(epochOf(world, options, 1));
    expect(epochOf(world, options, 1)).not.toEqual(epochOf(world, options, 2));
  });
});

it('leaves out of triplets a user who has every trained item', () => {
  const interactions = interactionsOf([[0, 1], [1]], 3);
  expect(pairsOf(epochOf(interactions, {}))).toEqual(['1-1']);
  expect(createBatchSampler(interactions, {}).rowsPerEpoch).toBe(1);
  expect(createBatchSampler(interactions, { sampling: 'pairs' }).rowsPerEpoch).toBe(3);
});

it('refuses interactions that leave no row', () => {
  const rule = 'createBatchSampler: some user must lack an item that occurs in training';
  expect(() => createBatchSampler(interactionsOf([[], []], 3))).toThrow(
    new RangeError(`${rule}, got no interactions.`),
  );
  expect(() =>
    createBatchSampler(
      interactionsOf(
        [
          [0, 2],
          [0, 2],
        ],
        3,
      ),
    ),
  ).toThrow(new RangeError(`${rule}, got users who have them all.`));
});

it('refuses wrong options and indices', () => {
  expect(() => createBatchSampler(world, { batchSize: 0 })).toThrow(
    new RangeError('createBatchSampler: batchSize must be an integer ≥ 1, got 0.'),
  );
  expect(() => createBatchSampler(world, { batchsize: 2 } as never)).toThrow(
    new TypeError("createBatchSampler: unknown option 'batchsize'. Did you mean 'batchSize'?"),
  );
  expect(() => createBatchSampler({ ...world, numItems: 5 })).toThrow(
    new RangeError('createBatchSampler: items must be integers from 0 to 4, got 5 at position 4.'),
  );
});
