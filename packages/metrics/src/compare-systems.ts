import type { Rng } from '@mmrec/core';
import {
  bootstrapConfidenceInterval,
  type BootstrapOptions,
  type ConfidenceInterval,
} from './bootstrap-confidence-interval.js';
import { holmCorrection } from './holm-correction.js';
import { pairedDifferences } from './paired-differences.js';
import { pairedTTest, type PairedTTest } from './paired-t-test.js';
import { wilcoxonSignedRank, type WilcoxonSignedRank } from './wilcoxon-signed-rank.js';

/** Per-user values of some metrics, by the metrics' names, the same users in the same order for every system. */
export type PerUserValues = Readonly<Record<string, ArrayLike<number>>>;

/** What {@link compareSystems} compares, and how. */
export interface CompareSystemsInputs {
  /** By the systems' names. */
  readonly systems: Readonly<Record<string, PerUserValues>>;
  /** The system that the others are compared with; absent: every one with every other. */
  readonly baseline?: string;
  /** Draws the bootstrap's resamples. */
  readonly rng: Rng;
  readonly bootstrap?: Partial<BootstrapOptions>;
}

/** How one system differs from another in one metric. */
export interface SystemComparison {
  readonly metric: string;
  readonly system: string;
  readonly baseline: string;
  /** Mean of system − baseline over users, and where it would lie for other users. */
  readonly difference: ConfidenceInterval;
  readonly tTest: PairedTTest;
  readonly wilcoxon: WilcoxonSignedRank;
  /** Both tests' p-values after Holm's correction for all comparisons made. */
  readonly corrected: { readonly tTest: number; readonly wilcoxon: number };
}

/**
 * Compares systems by their per-user values: paired t-test, Wilcoxon's signed-rank test and a bootstrap interval of
 * the difference for each pair and metric, p-values corrected for their number.
 *
 * The correction's family is everything that one call compares: all pairs in all metrics, each test for itself.
 *
 * @returns A comparison for each metric and pair, metric by metric, in the systems' order.
 * @throws {TypeError} If the baseline is not among the systems.
 * @throws {RangeError} If there are fewer than two systems, or one lacks a metric or has another number of users.
 * @example
 * ```ts
 * import { createRng } from '@mmrec/core';
 * const [comparison] = compareSystems({
 *   systems: { popular: { recall: [0.2, 0.5, 0.1, 0.6] }, bm3: { recall: [0.3, 0.5, 0.4, 0.9] } },
 *   baseline: 'popular',
 *   rng: createRng(1),
 * });
 * comparison!.difference.mean // => 0.175
 * comparison!.tTest.pValue // => 0.1018
 * ```
 */
export function compareSystems(inputs: CompareSystemsInputs): SystemComparison[] {
  const { systems, rng, bootstrap } = inputs;
  const metrics = Object.keys(Object.values(systems)[0] ?? {});
  checkMetrics(systems, metrics);
  const pairs = pairsOf(Object.keys(systems), inputs.baseline);
  const compared = metrics.flatMap((metric) =>
    pairs.map(([system, baseline]) => {
      const a = systems[system]![metric]!;
      const b = systems[baseline]![metric]!;
      const differences = pairedDifferences('compareSystems', a, b);
      const draws = rng.fork(`${metric}/${system}/${baseline}`);
      return {
        ...{ metric, system, baseline },
        difference: bootstrapConfidenceInterval(differences, draws, bootstrap),
        tTest: pairedTTest(a, b),
        wilcoxon: wilcoxonSignedRank(a, b),
      };
    }),
  );
  const tTest = holmCorrection(compared.map((one) => one.tTest.pValue));
  const wilcoxon = holmCorrection(compared.map((one) => one.wilcoxon.pValue));
  return compared.map((one, at) => ({
    ...one,
    corrected: { tTest: tTest[at]!, wilcoxon: wilcoxon[at]! },
  }));
}

/** Every other system with the baseline; without one, each with all before it. */
function pairsOf(names: readonly string[], baseline?: string): [string, string][] {
  if (names.length < 2) {
    throw new RangeError(
      `compareSystems: systems must be at least two, got ${names.length === 0 ? 'none' : names.join()}.`,
    );
  }
  if (baseline === undefined) {
    return names.flatMap((system, at) =>
      names.slice(0, at).map((earlier): [string, string] => [system, earlier]),
    );
  }
  if (!names.includes(baseline)) {
    throw new TypeError(
      `compareSystems: baseline must be one of ${names.join(', ')}, got '${baseline}'.`,
    );
  }
  return names.filter((name) => name !== baseline).map((name) => [name, baseline]);
}

function checkMetrics(
  systems: Readonly<Record<string, PerUserValues>>,
  metrics: readonly string[],
): void {
  const numUsers = Object.values(systems)[0]?.[metrics[0]!]?.length;
  for (const [name, values] of Object.entries(systems)) {
    const names = Object.keys(values);
    if (names.length !== metrics.length || metrics.some((metric) => !names.includes(metric))) {
      throw new RangeError(
        `compareSystems: every system must have the metrics ${metrics.join(', ')}, got ${names.join(', ') || 'none'} for '${name}'.`,
      );
    }
    const odd = metrics.find((metric) => values[metric]!.length !== numUsers);
    if (odd === undefined) continue;
    throw new RangeError(
      `compareSystems: every system must have a value for each of the ${numUsers} users, got ${values[odd]!.length} for '${name}' in ${odd}.`,
    );
  }
}
