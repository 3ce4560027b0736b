import { describe, expect, it } from 'vitest';
import { hitAtK } from './hit-at-k.js';
import { latticeNdcgAtK } from './lattice-ndcg-at-k.js';
import { mapAtK } from './map-at-k.js';
import { mrrAtK } from './mrr-at-k.js';
import { ndcgAtK } from './ndcg-at-k.js';
import { precisionAtK } from './precision-at-k.js';
import { recallAtK } from './recall-at-k.js';

// Hits at positions 2 and 4; a third relevant item is not in the list.
const ranked = new Int32Array([4, 7, 1, 9]);
const relevant = [7, 9, 2];
const discount = (position: number) => 1 / Math.log2(position + 1);

describe('metrics of one list', () => {
  it.each([
    ['recall', recallAtK, [0, 1 / 3, 1 / 3, 2 / 3]],
    ['precision', precisionAtK, [0, 1 / 2, 1 / 3, 2 / 4]],
    ['hit', hitAtK, [0, 1, 1, 1]],
    ['mrr', mrrAtK, [0, 1 / 2, 1 / 2, 1 / 2]],
    ['map', mapAtK, [0, 1 / 2 / 2, 1 / 2 / 3, (1 / 2 + 2 / 4) / 3]],
    [
      'ndcg',
      ndcgAtK,
      [
        0,
        discount(2) / (1 + discount(2)),
        discount(2) / (1 + discount(2) + discount(3)),
        (discount(2) + discount(4)) / (1 + discount(2) + discount(3)),
      ],
    ],
    [
      'lattice ndcg',
      latticeNdcgAtK,
      [
        0,
        discount(2) / (1 + discount(2)),
        discount(2) / (1 + discount(2)),
        (discount(2) + discount(4)) / (1 + discount(2)),
      ],
    ],
  ])('%s at 1, 2, 3 and 4', (_, metric, expected) => {
    expected.forEach((value, at) => {
      expect(metric(ranked, relevant, at + 1)).toBeCloseTo(value, 12);
    });
  });

  it('the conventions for the ideal list differ: hits retrieved or relevant items', () => {
    expect(ndcgAtK([5, 6], [5, 8, 9], 2)).toBeCloseTo(1 / (1 + discount(2)), 12);
    expect(latticeNdcgAtK([5, 6], [5, 8, 9], 2)).toBe(1);
    // A hit below the cut-off counts in the ideal only.
    expect(latticeNdcgAtK([5, 6, 8], [5, 8, 9], 2)).toBeCloseTo(1 / (1 + discount(2)), 12);
    expect(latticeNdcgAtK([1, 2, 3], [5], 3)).toBe(0);
  });

  it('a list shorter than k loses precision, not recall', () => {
    expect(recallAtK([7, -1, -1], [7], 10)).toBe(1);
    expect(precisionAtK([7, -1, -1], [7], 10)).toBe(0.1);
    expect(precisionAtK([7], [7], 10)).toBe(0.1);
    expect(ndcgAtK([7], [7], 10)).toBe(1);
  });

  it('counts an item that occurs twice once', () => {
    expect(recallAtK([7, 7, 9], [7, 9, 9], 3)).toBe(1);
    expect(precisionAtK([7, 7, 9], new Set([7, 9]), 2)).toBe(0.5);
  });

  it('refuses a cut-off that is not a positive integer', () => {
    for (const k of [0, -1, 1.5, NaN]) {
      expect(() => recallAtK(ranked, relevant, k)).toThrow(
        new RangeError(`recallAtK: k must be an integer ≥ 1, got ${k}.`),
      );
    }
  });

  it('refuses a list that nothing is relevant to', () => {
    expect(() => latticeNdcgAtK(ranked, [], 5)).toThrow(
      new RangeError('latticeNdcgAtK: relevant must hold at least one item, got none.'),
    );
  });
});
