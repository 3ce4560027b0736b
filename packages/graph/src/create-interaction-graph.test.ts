import { expect, it } from 'vitest';
import { createInteractionGraph } from './create-interaction-graph.js';
import { toDense } from './to-dense.js';
import { transpose } from './transpose.js';

// User 0: items 0 and 3; user 1: item 3, twice; user 2: nothing. Items 1 and 2: nobody.
const interactions = {
  numUsers: 3,
  numItems: 4,
  users: Int32Array.of(1, 0, 1, 0),
  items: Int32Array.of(3, 3, 3, 0),
};

it('holds 1 / √(d_u d_i), duplicates once, isolated users and items empty', () => {
  const { numUsers, numItems, userItem, itemUser } = createInteractionGraph(interactions);
  expect([numUsers, numItems, userItem.rows, userItem.columns]).toEqual([3, 4, 3, 4]);
  const [half, root] = [Math.fround(1 / 2), Math.fround(Math.SQRT1_2)];
  expect([...toDense(userItem)]).toEqual([root, 0, 0, half, 0, 0, 0, root, 0, 0, 0, 0]);
  expect(itemUser).toEqual(transpose(userItem));
});

it('adds epsilon to the degrees', () => {
  const { userItem } = createInteractionGraph(interactions, { epsilon: 1 });
  expect(userItem.values[0]).toBeCloseTo(1 / Math.sqrt(3 * 2), 6);
});

it('refuses indices out of range and columns of different lengths', () => {
  expect(() => createInteractionGraph({ ...interactions, numItems: 3 })).toThrow(
    'createInteractionGraph: items must be integers from 0 to 2, got 3 at position 0.',
  );
  expect(() => createInteractionGraph({ ...interactions, users: Int32Array.of(0) })).toThrow(
    'createInteractionGraph: lengths must match, got users [1], items [4].',
  );
});
