/** Largest share of training's time that checkpoints may take. */
const budget = 0.01;
/** After this long a checkpoint is written whatever it costs, in milliseconds. */
const longest = 10 * 60_000;

/** Decides after which epochs a checkpoint is written. */
export interface CheckpointSchedule {
  /** Whether to write one now, at the end of an epoch. */
  due(epoch: number): boolean;
  /** One was written. */
  wrote(milliseconds: number): void;
}

/**
 * Checkpoints every so many epochs, or as often as they cost little: when what the last one took is at most 1 %
 * of the time since, at the latest after ten minutes. The first epoch is always saved: that shows the cost.
 *
 * @param every - Epochs between checkpoints; absent: by their cost.
 * @param now - Milliseconds that have passed since some moment.
 * @example
 * ```ts
 * const schedule = createCheckpointSchedule(5);
 * [4, 5, 6, 10].map((epoch) => schedule.due(epoch)) // => [false, true, false, true]
 * ```
 */
export function createCheckpointSchedule(
  every?: number,
  now: () => number = () => performance.now(),
): CheckpointSchedule {
  let last: { readonly at: number; readonly cost: number } | undefined;
  return {
    due: (epoch) => {
      if (every !== undefined) return epoch % every === 0;
      if (!last) return true;
      const passed = now() - last.at;
      return last.cost <= budget * passed || passed >= longest;
    },
    wrote: (cost) => {
      last = { at: now(), cost };
    },
  };
}
