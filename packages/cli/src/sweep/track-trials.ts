import { describeDuration } from '@mmrec/train';
import type { Streams } from '../streams.js';
import { formatMetric } from '../table.js';
import type { TrialOutcome, TrialTask } from './run-sweep.js';

/** Writes a line for each trial that ends, with the time that the round will still take. */
export function trackTrials(stderr: Streams['stderr'], { metric }: { readonly metric: string }) {
  let total = 0;
  let ended = 0;
  let start = 0;
  return {
    /** A round begins; `workers` is undefined when others decide how many are at work. */
    begin(tasks: readonly TrialTask[], workers: number | undefined): void {
      total = tasks.length;
      ended = 0;
      start = performance.now();
      const [{ epochs } = { epochs: undefined }] = tasks;
      const most = epochs === undefined ? '' : `, up to ${epochs} epochs`;
      const where = workers === undefined ? 'on the queue' : `${workers} at a time`;
      stderr.write(`${total} trials${most}, ${where}\n`);
    },
    /** A trial ended. Returns it. */
    done(outcome: TrialOutcome): TrialOutcome {
      ended++;
      const passed = (performance.now() - start) / 1000;
      const left = (passed / ended) * (total - ended);
      const count = `${ended}`.padStart(`${total}`.length);
      const result =
        outcome.status === 'finished'
          ? `valid ${metric} ${formatMetric(outcome.valid[metric] ?? NaN)}`
          : `FAILED: ${outcome.message}`;
      const more = ended === total ? '' : `  ${describeDuration(left)} left`;
      stderr.write(`[${count}/${total}] ${outcome.task.id}  ${result}${more}\n`);
      return outcome;
    },
  };
}
