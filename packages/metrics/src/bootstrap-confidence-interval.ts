import { defineOptions, type Rng } from '@mmrec/core';

/** Options of {@link bootstrapConfidenceInterval}. */
export interface BootstrapOptions {
  /** Share of the bootstrap means inside the interval, above 0 and below 1. */
  level: number;
  /** Number of resamples. */
  resamples: number;
}

const bootstrapOptions = defineOptions<BootstrapOptions>({
  level: {
    kind: 'number',
    default: 0.95,
    above: 0,
    below: 1,
    description: 'Share of the bootstrap means inside the interval.',
  },
  resamples: { kind: 'integer', default: 1000, min: 1, description: 'Number of resamples.' },
});

/** Options of {@link bootstrapConfidenceInterval} that are not given. */
export const bootstrapDefaults: Readonly<BootstrapOptions> = bootstrapOptions.defaults;

/** A mean and where it would lie for other users. */
export interface ConfidenceInterval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Bootstrap confidence interval of a mean over users (percentile method).
 *
 * Users are drawn with replacement, as many as there are; the ends are the (1 ∓ level)/2 quantiles
 * of the resamples' means. For the difference of two systems give the differences per user.
 *
 * @param values - A value for each user.
 * @param rng - Source of the resamples: the same source gives the same interval.
 * @param options - `level` (0.95) and `resamples` (1000).
 * @throws {RangeError} If there is no value, one is not finite, or an option is out of range.
 * @throws {TypeError} For an unknown option.
 * @see Efron and Tibshirani, An introduction to the bootstrap, 1993, ch. 13.
 * @example
 * ```ts
 * import { createRng } from '@mmrec/core';
 * bootstrapConfidenceInterval([0.25, 0.25, 0.25], createRng(1)).upper // => 0.25
 * ```
 */
export function bootstrapConfidenceInterval(
  values: ArrayLike<number>,
  rng: Rng,
  options: Partial<BootstrapOptions> = {},
): ConfidenceInterval {
  const { level, resamples } = bootstrapOptions.resolve('bootstrapConfidenceInterval', options);
  const sample = Float64Array.from(values);
  checkSample(sample);
  const stream = rng.stream('bootstrap');
  const means = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) {
    let sum = 0;
    for (let draw = 0; draw < sample.length; draw++) sum += sample[stream.integer(sample.length)]!;
    means[round] = sum / sample.length;
  }
  means.sort();
  return {
    mean: sample.reduce((sum, value) => sum + value, 0) / sample.length,
    lower: quantile(means, (1 - level) / 2),
    upper: quantile(means, (1 + level) / 2),
  };
}

/** Quantile of ascending numbers, linear between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

function checkSample(sample: Float64Array): void {
  if (sample.length === 0) {
    throw new RangeError('bootstrapConfidenceInterval: values must not be empty, got none.');
  }
  const at = sample.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new RangeError(
    `bootstrapConfidenceInterval: values must be finite, got ${sample[at]} at position ${at}.`,
  );
}
