import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { selectTopK } from './select-top-k.js';

/** The same by a full sort. */
function bySorting(scores: Float32Array, k: number): number[] {
  const ranked = [...scores.keys()].filter((at) => !Number.isNaN(scores[at]!));
  ranked.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! > scores[a]! ? 1 : -1));
  return Array.from({ length: k }, (_, at) => ranked[at] ?? -1);
}

it('agrees with a full sort, for scores with ties, gaps and infinities', () => {
  const stream = createRng(3).stream('scores');
  for (let round = 0; round < 400; round++) {
    const levels = 1 + stream.integer(12);
    const scores = Float32Array.from({ length: 1 + stream.integer(60) }, () => {
      const drawn = stream.integer(levels + 2);
      if (drawn === levels) return NaN;
      return drawn === levels + 1 ? -Infinity : drawn;
    });
    const k = 1 + stream.integer(70);
    expect([...selectTopK(scores, k)]).toEqual(bySorting(scores, k));
  }
});

it('ranks descending and ascending scores', () => {
  const up = Float32Array.from({ length: 100 }, (_, at) => at);
  expect([...selectTopK(up, 3)]).toEqual([99, 98, 97]);
  expect([...selectTopK(up.toReversed(), 3)]).toEqual([0, 1, 2]);
});

it('pads what is empty', () => {
  expect([...selectTopK(new Float32Array([NaN, NaN]), 3)]).toEqual([-1, -1, -1]);
  expect([...selectTopK(new Float32Array(0), 2)]).toEqual([-1, -1]);
});

it('refuses a k that is not a positive integer', () => {
  expect(() => selectTopK(new Float32Array(3), 0)).toThrow(
    new RangeError('selectTopK: k must be an integer ≥ 1, got 0.'),
  );
});
