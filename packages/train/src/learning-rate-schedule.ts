/** Names of the learning-rate schedules. */
export type ScheduleName = 'constant' | 'linear' | 'cosine' | 'exponential';

/** What a schedule depends on. */
export interface ScheduleInputs {
  readonly schedule: ScheduleName;
  /** Epochs over which the factor rises from 0. */
  readonly warmupEpochs: number;
  /** Epochs in all. */
  readonly epochs: number;
}

/**
 * Factor on the learning rate at a point of training.
 *
 * After the warm-up, with $x$ the share of the remaining epochs that has passed: `constant` 1, `linear`
 * $1 - x$, `cosine` $(1 + \cos \pi x) / 2$, `exponential` $0.01^x$.
 *
 * @param epoch - Epochs passed, with fractions: batch 3 of 10 in the second epoch is 1.3.
 * @returns From 0 to 1.
 * @example
 * ```ts
 * learningRateFactor({ schedule: 'linear', warmupEpochs: 0, epochs: 10 }, 5) // => 0.5
 * ```
 */
export function learningRateFactor(
  { schedule, warmupEpochs, epochs }: ScheduleInputs,
  epoch: number,
): number {
  if (epoch < warmupEpochs) return epoch / warmupEpochs;
  const passed = Math.min(1, (epoch - warmupEpochs) / Math.max(epochs - warmupEpochs, 1));
  switch (schedule) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - passed;
    case 'cosine':
      return (1 + Math.cos(Math.PI * passed)) / 2;
    case 'exponential':
      return 0.01 ** passed;
  }
}
