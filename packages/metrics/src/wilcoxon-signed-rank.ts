import { normalTwoSided } from './distributions.js';
import { pairedDifferences } from './paired-differences.js';

/** Result of {@link wilcoxonSignedRank}. */
export interface WilcoxonSignedRank {
  /** Sum of the ranks of pairs with a > b. */
  readonly positiveRanks: number;
  /** Sum of the ranks of pairs with a < b. */
  readonly negativeRanks: number;
  /** Pairs that differ: the others are left out. */
  readonly numPairs: number;
  /** Two-sided, from 0 to 1; 1 when no pair differs. */
  readonly pValue: number;
  readonly method: 'exact' | 'normal';
}

/** Most differing pairs for which the exact distribution is used. */
const exactLimit = 50;

/**
 * Wilcoxon signed-rank test: whether two systems' per-user values differ, by the ranks of the
 * absolute differences.
 *
 * Pairs without difference are left out; equal absolute differences share their mean rank. Up to 50
 * differing pairs the p-value is exact, given the ranks, ties too. Above, it is the normal
 * approximation with the variance corrected for ties and a continuity correction of ½:
 *
 * $$z = \frac{|W^{+} - n(n+1)/4| - 1/2}{\sqrt{n(n+1)(2n+1)/24 - \sum_t (t^3 - t)/48}}$$
 *
 * Differences are compared as given: float32 values that were equal before rounding may differ.
 *
 * @param a - Values of one system, a user each.
 * @param b - Values of the other for the same users, in the same order.
 * @throws {RangeError} If the lengths differ, fewer than two pairs are given, or a value is not finite.
 * @see Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1945.
 * @example
 * ```ts
 * const test = wilcoxonSignedRank([5, 7, 8, 9, 6], [4, 5, 5, 5, 11]);
 * test.negativeRanks // => 5
 * test.pValue // => 0.625
 * ```
 */
export function wilcoxonSignedRank(a: ArrayLike<number>, b: ArrayLike<number>): WilcoxonSignedRank {
  const differences = pairedDifferences('wilcoxonSignedRank', a, b).filter((d) => d !== 0);
  const { doubledRanks, tieTerm } = rankMagnitudes(differences);
  const numPairs = differences.length;
  let doubledPositive = 0;
  differences.forEach((d, at) => {
    if (d > 0) doubledPositive += doubledRanks[at]!;
  });
  const positiveRanks = doubledPositive / 2;
  const negativeRanks = (numPairs * (numPairs + 1)) / 2 - positiveRanks;
  const method = numPairs <= exactLimit ? 'exact' : 'normal';
  const pValue =
    method === 'exact'
      ? exactTwoSided(doubledRanks, 2 * Math.min(positiveRanks, negativeRanks))
      : approximateTwoSided(positiveRanks, numPairs, tieTerm);
  return { positiveRanks, negativeRanks, numPairs, pValue, method };
}

/** Twice the rank of each magnitude (whole numbers, ties sharing their mean), and Σ (t³ − t) over ties. */
function rankMagnitudes(values: Float64Array): { doubledRanks: Float64Array; tieTerm: number } {
  const magnitudes = values.map(Math.abs);
  const order = Array.from(magnitudes.keys()).sort((x, y) => magnitudes[x]! - magnitudes[y]!);
  const doubledRanks = new Float64Array(values.length);
  let tieTerm = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && magnitudes[order[end]!] === magnitudes[order[start]!]) end++;
    for (let at = start; at < end; at++) doubledRanks[order[at]!] = start + 1 + end;
    const tied = end - start;
    tieTerm += tied ** 3 - tied;
  }
  return { doubledRanks, tieTerm };
}

/** Twice the share of the 2ⁿ sign patterns whose rank sum is at most this one. */
function exactTwoSided(doubledRanks: Float64Array, doubledSum: number): number {
  const ways = new Float64Array(doubledSum + 1);
  ways[0] = 1;
  for (const rank of doubledRanks) {
    for (let sum = doubledSum; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  }
  const patterns = ways.reduce((total, count) => total + count, 0);
  return Math.min(1, (2 * patterns) / 2 ** doubledRanks.length);
}

function approximateTwoSided(positiveRanks: number, n: number, tieTerm: number): number {
  const distance = Math.abs(positiveRanks - (n * (n + 1)) / 4);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm / 48;
  return normalTwoSided(Math.max(0, distance - 0.5) / Math.sqrt(variance));
}
