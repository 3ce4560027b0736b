import { expect, it } from 'vitest';
import { itemsByUser } from './interactions.js';

it('groups items by user, ascending, each once', () => {
  const { offsets, items } = itemsByUser({
    numUsers: 4,
    numItems: 6,
    users: Int32Array.of(2, 0, 2, 0, 2, 3),
    items: Int32Array.of(5, 1, 0, 1, 5, 2),
  });
  expect([...offsets]).toEqual([0, 1, 1, 3, 4]);
  expect([...items]).toEqual([1, 0, 5, 2]);
});
