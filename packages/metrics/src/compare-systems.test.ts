import { readFileSync } from 'node:fs';
import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { compareSystems } from './compare-systems.js';
import { groupByCount, groupMeans } from './group-by-count.js';
import { retrievedPairs } from './retrieved-pairs.js';

/** Made by fixtures/make-significance.py with SciPy. */
const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/significance.json', import.meta.url), 'utf8'),
) as {
  cases: { name: string; a: number[]; b: number[]; t: number; tP: number; w: number; wP: number }[];
};
const rng = createRng(1);

describe('compareSystems', () => {
  it.each(cases)('has SciPy’s values: $name', ({ a, b, t, tP, w, wP }) => {
    const systems = { a: { recall: a }, b: { recall: b } };
    const [comparison, ...others] = compareSystems({ systems, baseline: 'b', rng });
    expect(others).toEqual([]);
    const { tTest, wilcoxon, corrected, difference } = comparison!;
    expect(Math.abs(tTest.statistic / t - 1)).toBeLessThan(1e-6);
    expect(Math.abs(tTest.pValue - tP)).toBeLessThan(1e-6);
    expect(Math.min(wilcoxon.positiveRanks, wilcoxon.negativeRanks)).toBe(w);
    expect(Math.abs(wilcoxon.pValue - wP)).toBeLessThan(1e-6);
    expect(corrected).toEqual({ tTest: tTest.pValue, wilcoxon: wilcoxon.pValue });
    expect(difference.lower).toBeLessThanOrEqual(tTest.meanDifference);
    expect(difference.upper).toBeGreaterThanOrEqual(tTest.meanDifference);
  });

  const values = (shift: number) => [0, 1, 2, 3, 4, 5].map((at) => at / 10 + shift * (at % 3));
  const systems = Object.fromEntries(
    [0, 0.01, -0.2].map((shift, at) => [
      `system${at}`,
      { recall: values(shift), ndcg: values(shift / 2) },
    ]),
  );

  it('compares each with the baseline, or each with each, in every metric', () => {
    const names = (baseline?: string) =>
      compareSystems({ systems, rng, ...(baseline !== undefined && { baseline }) }).map(
        (one) => `${one.metric}: ${one.system} − ${one.baseline}`,
      );
    expect(names('system1')).toEqual([
      'recall: system0 − system1',
      'recall: system2 − system1',
      'ndcg: system0 − system1',
      'ndcg: system2 − system1',
    ]);
    expect(names()).toEqual(
      ['recall', 'ndcg'].flatMap((metric) => [
        `${metric}: system1 − system0`,
        `${metric}: system2 − system0`,
        `${metric}: system2 − system1`,
      ]),
    );
  });

  it('corrects for all comparisons of a call: the smallest p-value is multiplied by their number', () => {
    const all = compareSystems({ systems, rng });
    const [least] = [...all].sort((x, y) => x.tTest.pValue - y.tTest.pValue);
    expect(least!.corrected.tTest).toBeCloseTo(Math.min(1, 6 * least!.tTest.pValue), 12);
    for (const one of all) expect(one.corrected.tTest).toBeGreaterThanOrEqual(one.tTest.pValue);
  });

  it('gives the same intervals for the same source, whatever else is compared', () => {
    const { system0, system1 } = systems as Required<typeof systems>;
    const both = compareSystems({ systems: { system0: system0!, system1: system1! }, rng });
    const three = compareSystems({ systems, rng });
    expect(both[0]!.difference).toEqual(three[0]!.difference);
  });

  it('refuses what can’t be compared', () => {
    const one = { recall: [1, 2] };
    expect(() => compareSystems({ systems: { one }, rng })).toThrow(
      new RangeError('compareSystems: systems must be at least two, got one.'),
    );
    expect(() => compareSystems({ systems: { one, two: one }, baseline: 'tow', rng })).toThrow(
      new TypeError("compareSystems: baseline must be one of one, two, got 'tow'."),
    );
    expect(() => compareSystems({ systems: { one, two: { ndcg: [1, 2] } }, rng })).toThrow(
      new RangeError(
        "compareSystems: every system must have the metrics recall, got ndcg for 'two'.",
      ),
    );
    expect(() => compareSystems({ systems: { one, two: { recall: [1] } }, rng })).toThrow(
      new RangeError(
        "compareSystems: every system must have a value for each of the 2 users, got 1 for 'two' in recall.",
      ),
    );
  });
});

describe('groupByCount', () => {
  it('keeps equal counts together and gives the rest to the groups that are left', () => {
    const { groups, groupOf } = groupByCount([1, 1, 1, 1, 1, 2, 3, 4], 4);
    expect(groups).toEqual([
      { from: 1, to: 1, size: 5 },
      { from: 2, to: 2, size: 1 },
      { from: 3, to: 3, size: 1 },
      { from: 4, to: 4, size: 1 },
    ]);
    expect([...groupOf]).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
  });

  it('has fewer groups than asked for where there are fewer different counts', () => {
    expect(groupByCount([7, 7, 7], 4).groups).toEqual([{ from: 7, to: 7, size: 3 }]);
    expect(groupByCount([], 4).groups).toEqual([]);
  });

  it('averages values by group', () => {
    const grouped = groupByCount([1, 9, 1, 9], 2);
    expect([...groupMeans(grouped, [0, 1, 0.5, 3])]).toEqual([0.25, 2]);
  });

  it('refuses a number of groups that is none', () => {
    expect(() => groupByCount([1], 0)).toThrow(
      new RangeError('groupByCount: numGroups must be an integer ≥ 1, got 0.'),
    );
  });
});

describe('retrievedPairs', () => {
  const relevant = { offsets: Int32Array.of(0, 2, 3, 3), items: Int32Array.of(5, 6, 5) };

  it('goes through the users of the lists in their order', () => {
    const lists = { users: Int32Array.of(1, 2, 0), items: Int32Array.of(5, -1, 5, 6, 6, 0), k: 2 };
    const { items, hits } = retrievedPairs(lists, relevant);
    expect([...items]).toEqual([5, 5, 6]);
    expect([...hits]).toEqual([1, 0, 1]);
  });

  it('refuses a user without a list', () => {
    const lists = { users: Int32Array.of(3), items: Int32Array.of(5), k: 1 };
    expect(() => retrievedPairs(lists, relevant)).toThrow(
      new RangeError(
        'retrievedPairs: relevant must hold a list for every user, got 3 lists and user 3.',
      ),
    );
  });
});
