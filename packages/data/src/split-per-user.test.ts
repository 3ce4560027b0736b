import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import type { SplitProtocol, Splits } from './dataset.js';
import { createInteractionTable } from './interaction-table.js';
import { splitPerUser } from './split-per-user.js';

/** User `u` has `degrees[u]` items. */
function tableOf(degrees: readonly number[]) {
  const pairs = degrees.flatMap((n, user) => Array.from({ length: n }, (_, item) => [user, item]));
  return createInteractionTable({
    users: pairs.map(([user]) => `user ${user}`),
    items: pairs.map(([, item]) => `item ${item}`),
  });
}

const itemsOf = (splits: Splits, user: number) =>
  [splits.train, splits.validation, splits.test].map(({ users, items }) =>
    [...items].filter((_, row) => users[row] === user),
  );

const sizesFor = (protocol: SplitProtocol, degrees: readonly number[]) => {
  const splits = splitPerUser(tableOf(degrees), { protocol, rng: createRng(7) });
  return degrees.map((_, user) => itemsOf(splits, user).map((items) => items.length));
};

const degrees = [1, 2, 3, 9, 10, 14, 15, 19, 20, 35];

describe('held-out counts', () => {
  it('of mmrec: half of the held-out, rounded down, to validation', () => {
    expect(sizesFor('mmrec', degrees)).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [1, 1, 1],
      [7, 1, 1],
      [8, 1, 1],
      [12, 1, 1],
      [12, 1, 2],
      [16, 1, 2],
      [16, 2, 2],
      [28, 3, 4],
    ]);
  });

  it('of lattice: half of the held-out, rounded down, to test', () => {
    expect(sizesFor('lattice', degrees)).toEqual(
      sizesFor('mmrec', degrees).map(([train, validation, test]) => [train, test, validation]),
    );
  });
});

it('puts each interaction into one split and names the protocol', () => {
  const splits = splitPerUser(tableOf(degrees), { rng: createRng(1) });
  expect(splits.protocol).toBe('mmrec');
  for (const [user, n] of degrees.entries()) {
    const all = itemsOf(splits, user).flat();
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, item) => item));
  }
});

it('depends on the seed, and for each user on no other user', () => {
  const split = (table: ReturnType<typeof tableOf>, seed: number) =>
    itemsOf(splitPerUser(table, { rng: createRng(seed) }), 0);
  const one = split(tableOf([40]), 1);
  expect(split(tableOf([40, 30]), 1)).toEqual(one);
  expect(split(tableOf([40]), 2)).not.toEqual(one);
});

it('holds out every position about equally often', () => {
  const heldOut = new Int32Array(20);
  for (let seed = 0; seed < 500; seed++) {
    const [, ...rest] = itemsOf(splitPerUser(tableOf([20]), { rng: createRng(seed) }), 0);
    for (const item of rest.flat()) heldOut[item]!++;
  }
  // 500 draws of 4 of 20: mean 100, standard deviation 8.9.
  expect(Math.min(...heldOut)).toBeGreaterThan(60);
  expect(Math.max(...heldOut)).toBeLessThan(140);
});

it('counts a repeated pair once', () => {
  const table = createInteractionTable({
    users: ['a', 'a', 'a', 'a'],
    items: ['x', 'y', 'x', 'x'],
  });
  const splits = splitPerUser(table, { rng: createRng(1) });
  expect([...splits.train.items]).toEqual([0, 1]);
  expect(splits.duplicates).toBe(2);
});

it('refuses an unknown protocol, suggesting the nearest', () => {
  const protocol = 'latice' as SplitProtocol;
  expect(() => splitPerUser(tableOf([3]), { protocol, rng: createRng(1) })).toThrow(
    new RangeError(
      "splitPerUser: protocol must be one of 'mmrec', 'lattice', got 'latice'. Did you mean 'lattice'?",
    ),
  );
});
