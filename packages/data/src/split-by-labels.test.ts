import { expect, it } from 'vitest';
import { splitByLabels } from './split-by-labels.js';

const interactions = {
  numUsers: 3,
  numItems: 4,
  users: Int32Array.of(0, 0, 1, 1, 0, 0, 2),
  items: Int32Array.of(3, 1, 2, 0, 3, 3, 1),
};

it('sorts rows by label, keeping their order and the counts', () => {
  const splits = splitByLabels(interactions, [0, 2, 0, 1, 1, 2, 0]);
  expect(splits.train).toEqual({
    numUsers: 3,
    numItems: 4,
    users: Int32Array.of(0, 1, 2),
    items: Int32Array.of(3, 2, 1),
  });
  expect([...splits.validation.items]).toEqual([0, 3]);
  expect([...splits.test.items]).toEqual([1, 3]);
  expect(splits.duplicates).toBe(0);
});

it('keeps one of a pair that a split repeats, and counts the others', () => {
  const splits = splitByLabels(interactions, [0, 0, 0, 0, 0, 2, 0]);
  expect([...splits.train.items]).toEqual([3, 1, 2, 0, 1]);
  expect([...splits.test.items]).toEqual([3]);
  expect(splits.duplicates).toBe(1);
});

it('refuses another label or number of labels', () => {
  expect(() => splitByLabels(interactions, [0, 1, 2, 3, 0, 0, 0])).toThrow(
    new RangeError(
      'splitByLabels: labels must be 0 (train), 1 (validation) or 2 (test), got 3 at position 3.',
    ),
  );
  expect(() => splitByLabels(interactions, [0.5, 1, 2, 0, 0, 0, 0])).toThrow(
    'got 0.5 at position 0.',
  );
  expect(() => splitByLabels(interactions, [0])).toThrow(
    new RangeError('splitByLabels: columns must have one length, got users 7, labels 1.'),
  );
});
