import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { firstOccurrences } from './first-occurrences.js';

const pairs = (...rows: [number, number][]) => ({
  users: Int32Array.from(rows, ([user]) => user),
  items: Int32Array.from(rows, ([, item]) => item),
});

it('keeps the first row of each pair', () => {
  const keep = firstOccurrences(pairs([0, 1], [1, 0], [0, 1], [1, 1], [1, 0], [0, 1]));
  expect([...keep]).toEqual([1, 1, 0, 1, 0, 0]);
});

it('keeps the earliest row of each pair, the first among equal times', () => {
  const keep = firstOccurrences(pairs([0, 1], [0, 1], [0, 1], [5, 5]), Float64Array.of(3, 1, 1, 9));
  expect([...keep]).toEqual([0, 1, 0, 1]);
});

it('compares rows of one group only', () => {
  const keep = firstOccurrences({
    ...pairs([0, 1], [0, 1], [0, 1]),
    groups: Uint8Array.of(0, 1, 0),
  });
  expect([...keep]).toEqual([1, 1, 0]);
});

it('agrees with a set of strings on random pairs, large ids among them', () => {
  const stream = createRng(3).stream('pairs');
  const rows = Array.from({ length: 20_000 }, (): [number, number] => [
    stream.integer(120),
    stream.integer(2) * 2147483600 + stream.integer(46),
  ]);
  const seen = new Set<string>();
  const expected = rows.map((row) => {
    const isNew = !seen.has(row.join());
    seen.add(row.join());
    return isNew ? 1 : 0;
  });
  expect([...firstOccurrences(pairs(...rows))]).toEqual(expected);
});
