import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { holdOutItems } from './hold-out-items.js';

const stream = createRng(2).stream('pairs');
const [numUsers, numItems] = [30, 20];
const pairs = Array.from({ length: numUsers * numItems }, (_, pair) => pair);
const drawn = stream.shuffle(pairs).slice(0, 200);
const split = (chosen: number[]) => ({
  ...{ numUsers, numItems },
  users: Int32Array.from(chosen, (pair) => Math.floor(pair / numItems)),
  items: Int32Array.from(chosen, (pair) => pair % numItems),
});
const splits = {
  train: split(drawn.slice(0, 150)),
  validation: split(drawn.slice(150, 175)),
  test: split(drawn.slice(175)),
};
const pairsOf = ({ users, items }: { users: Int32Array; items: Int32Array }) =>
  Array.from(users, (user, row) => user * numItems + items[row]!);

it('moves all rows of a share of the items to test, and no other row', () => {
  const held = holdOutItems(splits, { share: 0.25, rng: createRng(1) });
  expect(held.coldItems).toHaveLength(5);
  const cold = new Set(held.coldItems);
  const isWarm = (pair: number) => !cold.has(pair % numItems);
  expect(pairsOf(held.train)).toEqual(pairsOf(splits.train).filter(isWarm));
  expect(pairsOf(held.validation)).toEqual(pairsOf(splits.validation).filter(isWarm));
  const moved = [...pairsOf(splits.train), ...pairsOf(splits.validation)].filter(
    (pair) => !isWarm(pair),
  );
  expect(pairsOf(held.test)).toEqual([...moved, ...pairsOf(splits.test)]);
  expect(held.train.numItems).toBe(numItems);
});

it('draws the same items again, others with another seed', () => {
  const items = (seed: number) => [...holdOutItems(splits, { rng: createRng(seed) }).coldItems];
  expect(items(1)).toEqual(items(1));
  expect(items(1)).not.toEqual(items(2));
  expect(items(1)).toEqual([...items(1)].sort((a, b) => a - b));
});

it('counts a pair once that is in training and in test', () => {
  const twice = { train: splits.train, validation: split([]), test: splits.train };
  const held = holdOutItems(twice, { share: 0.5, rng: createRng(1) });
  expect([...pairsOf(held.test)].sort()).toEqual([...pairsOf(splits.train)].sort());
});

it('refuses a share that is none, and too few items', () => {
  expect(() => holdOutItems(splits, { share: 1, rng: createRng(1) })).toThrow(
    new RangeError('holdOutItems: share must be a number > 0 and < 1, got 1.'),
  );
  expect(() => holdOutItems({ ...splits, train: split([0]) }, { rng: createRng(1) })).toThrow(
    new RangeError('holdOutItems: at least 2 items must have training interactions, got 1.'),
  );
});
