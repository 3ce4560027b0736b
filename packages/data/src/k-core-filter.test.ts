import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { createInteractionTable } from './interaction-table.js';
import { kCoreFilter } from './k-core-filter.js';

it('peels until every user and item has k partners, keeping the other columns in step', () => {
  // Leaving out d (one item) leaves item z with one user, which leaves c with one item.
  const table = createInteractionTable({
    users: ['d', 'a', 'a', 'b', 'b', 'c', 'c'],
    items: ['z', 'x', 'y', 'x', 'y', 'x', 'z'],
    labels: [0, 1, 0, 2, 0, 0, 0],
    ratings: [1, 2, 3, 4, 5, 6, 7],
    timestamps: [10, 20, 30, 40, 50, 60, 70],
  });
  const core = kCoreFilter(table, 2);
  expect(core.userIds.ids).toEqual(['a', 'b']);
  expect(core.itemIds.ids).toEqual(['x', 'y']);
  expect(core).toMatchObject({
    numUsers: 2,
    numItems: 2,
    users: Int32Array.of(0, 0, 1, 1),
    items: Int32Array.of(0, 1, 0, 1),
    labels: Uint8Array.of(1, 0, 2, 0),
    ratings: Float32Array.of(2, 3, 4, 5),
    timestamps: Float64Array.of(20, 30, 40, 50),
  });
});

it('counts different partners, not rows', () => {
  const table = createInteractionTable({
    users: ['a', 'a', 'b', 'b'],
    items: ['x', 'x', 'x', 'x'],
  });
  expect(kCoreFilter(table, 2)).toMatchObject({
    numUsers: 0,
    numItems: 0,
    users: new Int32Array(0),
  });
  expect([...kCoreFilter(table, 1).users]).toEqual([0, 0, 1, 1]);
});

it('names what had no external id by its index', () => {
  const core = kCoreFilter(
    { numUsers: 5, numItems: 9, users: Int32Array.of(4, 2), items: Int32Array.of(8, 8) },
    1,
  );
  expect(core.userIds.ids).toEqual(['2', '4']);
  expect(core.itemIds.ids).toEqual(['8']);
  expect([...core.users]).toEqual([1, 0]);
});

it('gives the same core when filtered again, with every degree at least k', () => {
  const stream = createRng(5).stream('table');
  const ids = (below: number) => Array.from({ length: 600 }, () => String(stream.integer(below)));
  const core = kCoreFilter(createInteractionTable({ users: ids(80), items: ids(120) }), 4);
  expect(core.users.length).toBeGreaterThan(0);
  expect(core.users.length).toBeLessThan(600);
  const partners = (of: Int32Array, others: Int32Array, index: number) =>
    new Set([...others].filter((_, row) => of[row] === index)).size;
  const { users, items } = core;
  for (const user of users) expect(partners(users, items, user)).toBeGreaterThanOrEqual(4);
  for (const item of items) expect(partners(items, users, item)).toBeGreaterThanOrEqual(4);
  expect([...kCoreFilter(core, 4).users]).toEqual([...users]);
});

it.each([0, -1, 1.5, NaN])('refuses k = %s', (k) => {
  const table = createInteractionTable({ users: ['a'], items: ['x'] });
  expect(() => kCoreFilter(table, k)).toThrow(
    new RangeError(`kCoreFilter: k must be an integer ≥ 1, got ${k}.`),
  );
});
