import { readFileSync } from 'node:fs';
import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { bootstrapConfidenceInterval } from './bootstrap-confidence-interval.js';
import { normalTwoSided, studentTwoSided } from './distributions.js';
import { holmCorrection } from './holm-correction.js';
import { pairedTTest } from './paired-t-test.js';
import { wilcoxonSignedRank } from './wilcoxon-signed-rank.js';

/** Made by fixtures/make-significance.py with SciPy. */
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/significance.json', import.meta.url), 'utf8'),
) as {
  cases: {
    name: string;
    a: number[];
    b: number[];
    t: number;
    tP: number;
    w: number;
    wP: number;
    method: string;
  }[];
  tails: { t: number; df: number; p: number; z: number }[];
};

const relativeError = (got: number, expected: number) =>
  Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-300);

describe('tail probabilities', () => {
  it.each(reference.tails)('t = $t, $df degrees of freedom', ({ t, df, p, z }) => {
    expect(relativeError(studentTwoSided(t, df), p)).toBeLessThan(1e-9);
    expect(relativeError(studentTwoSided(-t, df), p)).toBeLessThan(1e-9);
    expect(relativeError(normalTwoSided(t), z)).toBeLessThan(1e-11);
  });
});

describe.each(reference.cases)('SciPy’s values: $name', ({ a, b, t, tP, w, wP, method }) => {
  it('pairedTTest', () => {
    const test = pairedTTest(a, b);
    expect(relativeError(test.statistic, t)).toBeLessThan(1e-10);
    expect(relativeError(test.pValue, tP)).toBeLessThan(1e-9);
    expect(test.degreesOfFreedom).toBe(a.length - 1);
    expect(pairedTTest(b, a).statistic).toBeCloseTo(-test.statistic, 12);
  });

  it('wilcoxonSignedRank', () => {
    const test = wilcoxonSignedRank(a, b);
    expect(test.method).toBe(method);
    expect(Math.min(test.positiveRanks, test.negativeRanks)).toBe(w);
    expect(test.positiveRanks + test.negativeRanks).toBe((test.numPairs * (test.numPairs + 1)) / 2);
    expect(relativeError(test.pValue, wP)).toBeLessThan(1e-9);
    expect(wilcoxonSignedRank(b, a).positiveRanks).toBe(test.negativeRanks);
  });
});

describe('pairedTTest', () => {
  it('Student’s sleep data: t = −4.0621 with 9 degrees of freedom, p = 0.002833', () => {
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const test = pairedTTest(first, second);
    expect(test.meanDifference).toBeCloseTo(-1.58, 12);
    expect(test.statistic).toBeCloseTo(-4.0621, 4);
    expect(test.pValue).toBeCloseTo(0.002833, 6);
  });

  it('systems that are equal, and that always differ by the same amount', () => {
    expect(pairedTTest([1, 2], [1, 2])).toMatchObject({ statistic: 0, pValue: 1 });
    expect(pairedTTest([2, 3], [1, 2])).toMatchObject({ statistic: Infinity, pValue: 0 });
  });

  it('refuses pairs that are no pairs', () => {
    expect(() => pairedTTest([1, 2], [1])).toThrow(
      new RangeError('pairedTTest: a and b must have the same length, got 2 and 1.'),
    );
    expect(() => pairedTTest([1], [1])).toThrow(
      new RangeError('pairedTTest: at least two pairs are needed, got 1.'),
    );
    expect(() => pairedTTest([1, NaN], [1, 2])).toThrow(
      new RangeError('pairedTTest: values must be finite, got NaN and 2 in pair 1.'),
    );
  });
});

describe('wilcoxonSignedRank', () => {
  it('the smallest p-value of five pairs is 2 / 2⁵', () => {
    expect(wilcoxonSignedRank([2, 4, 6, 8, 10], [1, 2, 3, 4, 5]).pValue).toBe(2 / 32);
  });

  it('finds no difference where there is none', () => {
    expect(wilcoxonSignedRank([1, 2, 3], [1, 2, 3])).toMatchObject({ numPairs: 0, pValue: 1 });
    const n = 60;
    const balanced = Array.from({ length: n }, (_, at) => (at % 2 ? 1 : -1));
    expect(wilcoxonSignedRank(balanced, new Array<number>(n).fill(0)).pValue).toBe(1);
  });
});

describe('bootstrapConfidenceInterval', () => {
  const coins = Array.from({ length: 20 }, (_, at) => at % 2);

  it('has the binomial quantiles of twenty coins: 6 and 14', () => {
    const interval = bootstrapConfidenceInterval(coins, createRng(1), { resamples: 20_000 });
    expect(interval.mean).toBe(0.5);
    expect(interval.lower).toBeCloseTo(0.3, 12);
    expect(interval.upper).toBeCloseTo(0.7, 12);
  });

  it('is narrower at a lower level', () => {
    const { lower, upper } = bootstrapConfidenceInterval(coins, createRng(1), { level: 0.5 });
    // The binomial quartiles are 8 and 12 (cumulative .2517 and .7483).
    expect(lower).toBeGreaterThanOrEqual(0.4);
    expect(lower).toBeLessThan(0.5);
    expect(upper).toBeGreaterThan(0.5);
    expect(upper).toBeLessThanOrEqual(0.6);
  });

  it('is the same for the same source and another for another', () => {
    const values = Float32Array.from({ length: 40 }, (_, at) => Math.sin(at));
    const interval = bootstrapConfidenceInterval(values, createRng(1));
    expect(bootstrapConfidenceInterval(values, createRng(1))).toEqual(interval);
    expect(bootstrapConfidenceInterval(values, createRng(2))).not.toEqual(interval);
  });

  it('refuses what has no interval', () => {
    expect(() => bootstrapConfidenceInterval([], createRng(1))).toThrow(
      new RangeError('bootstrapConfidenceInterval: values must not be empty, got none.'),
    );
    expect(() => bootstrapConfidenceInterval([1, Infinity], createRng(1))).toThrow(
      new RangeError(
        'bootstrapConfidenceInterval: values must be finite, got Infinity at position 1.',
      ),
    );
    expect(() => bootstrapConfidenceInterval([1], createRng(1), { level: 1 })).toThrow(
      new RangeError('bootstrapConfidenceInterval: level must be a number > 0 and < 1, got 1.'),
    );
  });
});

describe('holmCorrection', () => {
  it('multiplies by the hypotheses left and never falls', () => {
    const corrected = holmCorrection([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, at) => expect(corrected[at]).toBeCloseTo(value, 12));
    expect(holmCorrection([0.6, 0.7, 0])).toEqual([1, 1, 0]);
    expect(holmCorrection([])).toEqual([]);
  });

  it('refuses what is no probability', () => {
    expect(() => holmCorrection([0.5, 1.2])).toThrow(
      new RangeError('holmCorrection: pValues must be from 0 to 1, got 1.2 at position 1.'),
    );
  });
});
