import type { EpochRecord, FitCallbacks } from './fit.js';

/** Where progress is shown: `process.stderr`, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the display needs to know beforehand. */
export interface ProgressOptions {
  readonly epochs: number;
  /** The metric that chooses the epoch. */
  readonly metric: string;
}

const barWidth = 16;

/**
 * Shows training as it goes: on a terminal one line that is rewritten in place (bar, loss, metric, best,
 * rate, time left), elsewhere plain lines, for the evaluated epochs and for all until the first of them.
 *
 * @returns Callbacks for {@link fit}, and `done`, which ends the line.
 */
export function createProgress(
  stream: ProgressStream,
  { epochs, metric }: ProgressOptions,
): FitCallbacks & { done(): void } {
  const start = performance.now();
  let latest: EpochRecord | undefined;
  let evaluated: EpochRecord | undefined;
  let best: EpochRecord | undefined;
  let drawn = 0;

  const summary = () =>
    [
      latest && `loss ${latest.losses['total']!.toPrecision(4)}`,
      evaluated && `${metric} ${format(evaluated.valid![metric]!)}`,
      best && `best ${format(best.valid![metric]!)} at ${best.epoch}`,
      latest && `${(latest.seconds + (latest.evaluationSeconds ?? 0)).toFixed(1)} s/epoch`,
    ].filter((part) => part !== undefined);

  function draw(epoch: number, share: number): void {
    const now = performance.now();
    if (now - drawn < 80 && share < 1) return;
    drawn = now;
    const filled = Math.round(barWidth * share);
    const bar = '━'.repeat(filled) + '─'.repeat(barWidth - filled);
    const passed = epoch - 1 + share;
    const left = ((now - start) / Math.max(passed, 1e-3)) * (epochs - passed);
    const line = [`epoch ${epoch}/${epochs} ${bar}`, ...summary(), `≤ ${duration(left)} left`].join(
      '  ',
    );
    // Terminals that don't know their width say 0.
    const width = stream.columns ? stream.columns : 80;
    stream.write(`\r\x1b[2K${line.slice(0, width - 1)}`);
  }

  return {
    onBatch: ({ epoch, batch, batches }) => {
      if (stream.isTTY) draw(epoch, batch / batches);
    },
    onEpoch: (record) => {
      latest = record;
      if (record.valid) evaluated = record;
      const value = record.valid?.[metric];
      if (value !== undefined && !(best && best.valid![metric]! >= value)) best = record;
      if (stream.isTTY) draw(record.epoch, 1);
      // Until the first evaluation every epoch has its line: silence would look like a hang.
      else if (record.valid || !evaluated)
        stream.write(`epoch ${record.epoch}  ${summary().join('  ')}\n`);
    },
    done: () => {
      if (stream.isTTY && drawn > 0) stream.write('\r\x1b[2K');
    },
  };
}

const format = (value: number) => value.toFixed(4).replace(/^0/, '');

/** Milliseconds as `45 s`, `3 min` or `2 h 5 min`. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
