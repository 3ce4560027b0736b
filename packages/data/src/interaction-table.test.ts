import { expect, it } from 'vitest';
import { createInteractionTable } from './interaction-table.js';

it('maps external ids in order of first appearance', () => {
  const table = createInteractionTable({
    users: ['z', 'a', 'z'],
    items: ['2', '1', '1'],
    ratings: [1, 2, 3],
    timestamps: [1.5e12, 1, 2],
  });
  expect(table).toMatchObject({ numUsers: 2, numItems: 2 });
  expect([...table.users]).toEqual([0, 1, 0]);
  expect([...table.items]).toEqual([0, 1, 1]);
  expect(table.userIds.ids).toEqual(['z', 'a']);
  expect(table.itemIds.indexOf('1')).toBe(1);
  expect(table.timestamps![0]).toBe(1.5e12);
  expect(table.labels).toBeUndefined();
});

it('refuses columns of differing lengths', () => {
  expect(() => createInteractionTable({ users: ['a'], items: ['x', 'y'], ratings: [1] })).toThrow(
    new RangeError(
      'createInteractionTable: columns must have one length, got users 1, items 2, ratings 1.',
    ),
  );
});
