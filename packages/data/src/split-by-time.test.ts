import { expect, it } from 'vitest';
import { createInteractionTable } from './interaction-table.js';
import { splitByTime } from './split-by-time.js';

const tableAt = (timestamps: readonly number[]) =>
  createInteractionTable({
    users: timestamps.map((_, row) => `user ${row}`),
    items: timestamps.map(() => 'item'),
    timestamps,
  });

const rowsOf = (timestamps: readonly number[], options = {}) => {
  const { train, validation, test } = splitByTime(tableAt(timestamps), options);
  return [train, validation, test].map(({ users }) => [...users]);
};

it('gives the latest tenth to test and the tenth before to validation', () => {
  expect(rowsOf([5, 4, 3, 2, 1, 10, 9, 8, 7, 6])).toEqual([[0, 1, 2, 3, 4, 7, 8, 9], [6], [5]]);
});

it('takes other shares', () => {
  expect(rowsOf([4, 1, 3, 2], { validation: 0, test: 0.5 })).toEqual([[1, 3], [], [0, 2]]);
});

it('keeps equal times together on the earlier side of a cut', () => {
  const shares = { validation: 0.25, test: 0.25 };
  expect(rowsOf([1, 2, 2, 3], shares)).toEqual([[0, 1, 2], [], [3]]);
  expect(rowsOf([7, 7, 7, 7], shares)).toEqual([[0, 1, 2, 3], [], []]);
});

it('refuses shares that leave nothing to learn from', () => {
  expect(() => splitByTime(tableAt([1, 2]), { validation: 0.5, test: 0.5 })).toThrow(
    new RangeError('splitByTime: validation and test must add up to less than 1, got 0.5 and 0.5.'),
  );
  expect(() => splitByTime(tableAt([1, 2]), { test: -1 })).toThrow(
    new RangeError('splitByTime: test must be a number ≥ 0 and < 1, got -1.'),
  );
  expect(() => splitByTime({ ...tableAt([1]), timestamps: undefined } as never)).toThrow(
    new TypeError('splitByTime: interactions must have timestamps, got none.'),
  );
});
