import type { EpochRecord, FitCallbacks } from '../fit-callbacks.js';
import { describeDuration } from './describe-duration.js';

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
  /** Evaluations without improvement after which training stops; absent or 0: never. */
  readonly patience?: number;
}

/** A display of training. */
export interface Progress extends FitCallbacks {
  /** Writes a line that stays, above what is redrawn. */
  note(text: string): void;
  /** Clears what is redrawn. */
  done(): void;
}

const barWidth = 16;
/** Milliseconds between two drawings, at least. */
const frame = 80;

/**
 * Shows training as it goes: on a terminal three lines that are rewritten in place (bar, rate and time left; the
 * loss and its terms; metric and best), elsewhere a line an epoch.
 *
 * @returns Callbacks for {@link fit}, and `done`, which clears the lines.
 */
export function createProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  const seen = createSummary(options);
  let drawnAt = -Infinity;
  let drawnLines = 0;

  const clear = () => {
    if (drawnLines > 0) stream.write(`\r${up(drawnLines - 1)}\x1b[J`);
    drawnLines = 0;
  };

  function draw(lines: readonly string[]): void {
    drawnAt = performance.now();
    // Terminals that don't know their width say 0.
    const width = stream.columns ? stream.columns : 80;
    const text = lines.map((line) => line.slice(0, width - 1)).join('\n');
    stream.write(`\r${up(drawnLines - 1)}\x1b[J${text}`);
    drawnLines = lines.length;
  }

  return {
    onBatch: ({ epoch, batch, batches }) => {
      seen.batch(epoch, batch);
      if (!stream.isTTY || (performance.now() - drawnAt < frame && batch < batches)) return;
      draw(seen.lines(epoch, batch / batches));
    },
    onEpoch: (record) => {
      seen.epoch(record);
      if (stream.isTTY) draw(seen.lines(record.epoch, 1));
      else stream.write(`epoch ${record.epoch}  ${seen.parts().join('  ')}\n`);
    },
    onStart: (history) => {
      for (const record of history) seen.epoch(record);
    },
    note: (text) => {
      clear();
      stream.write(`${text}\n`);
    },
    done: clear,
  };
}

/** What is known of training, in words. */
function createSummary({ epochs, metric, patience }: ProgressOptions) {
  let latest: EpochRecord | undefined;
  let evaluated: EpochRecord | undefined;
  let best: EpochRecord | undefined;
  let misses = 0;
  /** When the first batch and this epoch's first batch were about to be trained, and its epoch. */
  let start: { readonly at: number; readonly epoch: number } | undefined;
  let epochStart: { readonly at: number; readonly epoch: number } | undefined;
  let batchesPerSecond = 0;
  let last = performance.now();

  const valueOf = (record: EpochRecord) => record.valid![metric]!;
  const losses = () => {
    if (!latest) return [];
    const { total, ...terms } = latest.losses;
    const names = Object.entries(terms).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
    return [`loss ${total!.toPrecision(4)}${names.length > 1 ? ` (${names.join(', ')})` : ''}`];
  };
  const metrics = () => {
    if (!evaluated || !best) return [];
    const since = patience && misses > 0 ? [`patience ${misses}/${patience}`] : [];
    return [
      `${metric} ${format(valueOf(evaluated))}`,
      `best ${format(valueOf(best))} at ${best.epoch}`,
      ...since,
    ];
  };
  const rate = () => {
    if (!latest) return [];
    const seconds = latest.seconds + (latest.evaluationSeconds ?? 0);
    return [`${seconds < 10 ? seconds.toPrecision(2) : seconds.toFixed(0)} s/epoch`];
  };
  const left = (passed: number) => {
    if (!start) return [];
    const done = passed - (start.epoch - 1);
    const milliseconds = ((last - start.at) / Math.max(done, 1e-3)) * (epochs - passed);
    return [`≤ ${describeDuration(Math.round(milliseconds / 1000))} left`];
  };

  return {
    /** A batch of an epoch has been trained. */
    batch: (epoch: number, batch: number) => {
      const before = last;
      last = performance.now();
      start ??= { at: before, epoch };
      if (epochStart?.epoch !== epoch) epochStart = { at: before, epoch };
      batchesPerSecond = (1000 * batch) / Math.max(last - epochStart.at, 1);
    },
    epoch: (record: EpochRecord) => {
      last = performance.now();
      latest = record;
      if (!record.valid) return;
      evaluated = record;
      misses = best && !(valueOf(record) > valueOf(best)) ? misses + 1 : 0;
      if (misses === 0) best = record;
    },
    /** The last epoch, with the metric if it was evaluated. */
    parts: () => {
      const evaluatedNow = latest === evaluated ? metrics() : [];
      return [...losses(), ...evaluatedNow, ...rate(), ...left(latest?.epoch ?? 0)];
    },
    lines: (epoch: number, share: number) => {
      const filled = Math.round(barWidth * share);
      const bar = '━'.repeat(filled) + '─'.repeat(barWidth - filled);
      const speed = `${Number(batchesPerSecond.toPrecision(2))} batches/s`;
      const first = [
        `epoch ${epoch}/${epochs} ${bar}`,
        speed,
        ...rate(),
        ...left(epoch - 1 + share),
      ];
      return [first, losses(), metrics()].map((parts) => parts.join('  ')).filter(Boolean);
    },
  };
}

/** Moves the cursor up. */
const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A` : '');

const format = (value: number) => value.toFixed(4).replace(/^0/, '');
