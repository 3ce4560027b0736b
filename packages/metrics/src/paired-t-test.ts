import { studentTwoSided } from './distributions.js';
import { pairedDifferences } from './paired-differences.js';

/** Result of {@link pairedTTest}. */
export interface PairedTTest {
  /** Mean of a − b. */
  readonly meanDifference: number;
  /** t: the mean difference in standard errors; 0 when all pairs are equal. */
  readonly statistic: number;
  /** Number of pairs less one. */
  readonly degreesOfFreedom: number;
  /** Two-sided, from 0 to 1. */
  readonly pValue: number;
}

/**
 * Paired t-test: whether two systems' per-user values differ in the mean.
 *
 * $$t = \frac{\overline{d}}{s_d / \sqrt{n}}, \qquad d = a - b$$
 *
 * @param a - Values of one system, a user each.
 * @param b - Values of the other for the same users, in the same order.
 * @throws {RangeError} If the lengths differ, fewer than two pairs are given, or a value is not finite.
 * @see Student, The probable error of a mean, Biometrika 1908.
 * @example
 * ```ts
 * const test = pairedTTest([0.3, 0.5, 0.4, 0.9], [0.2, 0.5, 0.1, 0.6]);
 * test.statistic // => 2.3333
 * test.pValue // => 0.1018
 * ```
 */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): PairedTTest {
  const differences = pairedDifferences('pairedTTest', a, b);
  const n = differences.length;
  const meanDifference = differences.reduce((sum, d) => sum + d, 0) / n;
  const squares = differences.reduce((sum, d) => sum + (d - meanDifference) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  const statistic = meanDifference === 0 ? 0 : meanDifference / error;
  const degreesOfFreedom = n - 1;
  const pValue = studentTwoSided(statistic, degreesOfFreedom);
  return { meanDifference, statistic, degreesOfFreedom, pValue };
}
