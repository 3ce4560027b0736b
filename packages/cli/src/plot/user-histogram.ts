import type { UserDistribution } from './plot-data.js';

const numBins = 20;

/** A value of float32 lies this little above the edge that it stands for. */
const tolerance = 1e-6;

/**
 * Counts users by the value of a metric.
 *
 * @param values - A value from 0 to 1 for each user.
 * @param mean - Their mean, as the evaluation computed it.
 * @example
 * ```ts
 * userHistogram(Float32Array.of(0, 0.05, 0.5, 1), 0.3875).bins.indexOf(1) // => 0
 * ```
 */
export function userHistogram(values: Float32Array, mean: number): UserDistribution {
  const bins = new Array<number>(numBins).fill(0);
  let numHit = 0;
  for (const value of values) {
    if (!(value > 0)) continue;
    numHit++;
    const bin = Math.ceil(value * numBins - tolerance) - 1;
    bins[Math.min(Math.max(bin, 0), numBins - 1)]!++;
  }
  return { numUsers: values.length, mean, numHit, bins };
}
