import type { ItemLists } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { giniIndex } from './gini-index.js';
import { intraListDiversity } from './intra-list-diversity.js';
import { itemCoverage } from './item-coverage.js';
import { novelty } from './novelty.js';
import { popularityLift } from './popularity-lift.js';
import type { TopLists } from './top-k.js';

const top = (...rows: number[][]): TopLists => ({
  users: Int32Array.from(rows.keys()),
  items: Int32Array.from(rows.flat()),
  k: rows[0]!.length,
});
const train: ItemLists = {
  // Users 0 to 3; item 0 has 4 users, item 1 has 2, item 2 has 1, item 3 none.
  offsets: new Int32Array([0, 1, 3, 6, 7]),
  items: new Int32Array([0, 0, 1, 0, 1, 2, 0]),
};

describe('itemCoverage', () => {
  it('counts the different items recommended', () => {
    expect(itemCoverage(top([0, 1], [1, -1]), 8)).toBe(0.25);
    expect(itemCoverage(top([-1, -1]), 8)).toBe(0);
  });

  it('refuses items outside the catalogue', () => {
    expect(() => itemCoverage(top([0, 9]), 8)).toThrow(
      new RangeError('itemCoverage: items must be integers from 0 to 7, got 9 at position 1.'),
    );
    expect(() => itemCoverage(top([0]), 0)).toThrow(
      new RangeError('itemCoverage: numItems must be an integer ≥ 1, got 0.'),
    );
  });
});

describe('giniIndex', () => {
  it('is 0 for equal exposure and 1 − 1/n when one item takes all', () => {
    expect(giniIndex(top([0, 1], [2, 3]), 4)).toBe(0);
    expect(giniIndex(top([2], [2], [2]), 4)).toBe(0.75);
  });

  it('equals half the relative mean absolute difference', () => {
    const counts = [3, 1, 0, 2, 0];
    let differences = 0;
    for (const a of counts) for (const b of counts) differences += Math.abs(a - b);
    const lists = top([0, 0], [0, 1], [3, 3]);
    expect(giniIndex(lists, 5)).toBeCloseTo(differences / (2 * 5 * 6), 12);
  });

  it('is not defined without recommendations', () => {
    expect(giniIndex(top([-1]), 3)).toBeNaN();
  });
});

describe('novelty', () => {
  it('is the mean of −log₂ of the share of users', () => {
    // 4 of 4, 2 of 4, 1 of 4, none (as if one): 0, 1, 2, 2 bits.
    expect(novelty(top([0, 1], [2, 3]), train, 4)).toBe(5 / 4);
    expect(novelty(top([1, -1]), train, 4)).toBe(1);
  });
});

describe('popularityLift', () => {
  it('compares users’ means with those of their histories', () => {
    // Recommended: (1 + 0)/2 and 2; histories: 4 and (4 + 2)/2.
    expect(popularityLift(top([2, 3], [1, -1]), train, 4)).toBeCloseTo((2.5 - 7) / 7, 12);
  });

  it('leaves out users without a list or a history', () => {
    const cold = { offsets: new Int32Array([0, 0, 1, 2]), items: new Int32Array([0, 0]) };
    expect(popularityLift(top([1], [0], [-1]), cold, 2)).toBe(0);
  });

  it('refuses users without a training list', () => {
    expect(() => popularityLift({ ...top([0]), users: new Int32Array([4]) }, train, 4)).toThrow(
      new RangeError(
        'popularityLift: train must hold a list for every user, got 4 lists and user 4.',
      ),
    );
  });
});

describe('intraListDiversity', () => {
  const features = {
    rows: 5,
    columns: 2,
    data: new Float32Array([1, 0, 0, 2, 3, 0, -4, 0, 0, 0]),
  };

  it('is the mean distance of the pairs, averaged over lists', () => {
    expect(intraListDiversity(top([0, 1, 2]), features)).toBeCloseTo((1 + 0 + 1) / 3, 12);
    expect(intraListDiversity(top([0, 3]), features)).toBeCloseTo(2, 12);
    expect(intraListDiversity(top([0, 2], [0, 1]), features)).toBeCloseTo(0.5, 12);
  });

  it('leaves out empty places, zero rows and lists with fewer than two items', () => {
    expect(intraListDiversity(top([0, 1, -1], [0, 4, -1], [3, 4, 0]), features)).toBeCloseTo(
      1.5,
      12,
    );
    expect(intraListDiversity(top([4, 1]), features)).toBeNaN();
  });

  it('refuses items without a row', () => {
    expect(() => intraListDiversity(top([0, 5]), features)).toThrow(
      new RangeError(
        'intraListDiversity: items must be integers from 0 to 4, got 5 at position 1.',
      ),
    );
  });
});
