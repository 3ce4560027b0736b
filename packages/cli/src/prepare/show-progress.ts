import type { PrepareProgress, PrepareStep } from '@mmrec/data';
import { describeDuration, type ProgressStream } from '@mmrec/train';

const stepNames: Readonly<Record<PrepareStep, string>> = {
  hash: 'hashing',
  interactions: 'reading',
  core: 'k-core',
  metadata: 'describing',
  split: 'splitting',
  items: 'items',
  features: 'features',
};

/** Milliseconds between lines of one step: on a terminal they are rewritten in place. */
const pauses = { terminal: 200, text: 5000 };

/**
 * Shows the steps of preparing a dataset: how far each is, how fast, and how long it will take.
 *
 * @param now - The time in milliseconds.
 */
export function showProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): { onProgress(progress: PrepareProgress): void; done(): void } {
  const pause = stream.isTTY ? pauses.terminal : pauses.text;
  let step: PrepareStep | undefined;
  let start = now();
  let shown = start;
  const end = () => {
    if (step !== undefined && stream.isTTY) stream.write('\r\x1b[2K');
  };
  return {
    onProgress: (progress) => {
      const time = now();
      const isNew = progress.step !== step;
      if (isNew) {
        end();
        ({ step } = progress);
        start = time;
      }
      const isWhole = progress.total !== undefined && progress.done >= progress.total;
      if (!isNew && !isWhole && time - shown < pause) return;
      shown = time;
      const line = describeProgress(progress, time - start);
      const width = stream.columns ? stream.columns : 80;
      stream.write(stream.isTTY ? `\r\x1b[2K${line.slice(0, width - 1)}` : `${line}\n`);
    },
    done: end,
  };
}

/** One line: what, how far, how fast, how long still. */
export function describeProgress(progress: PrepareProgress, milliseconds: number): string {
  const { step, what, done, total, unit, rows, isKept } = progress;
  const name = stepNames[step].padEnd(10);
  if (isKept) return `${name}  ${what}  taken over from before the interruption`;
  const share = total !== undefined && total > 0 ? done / total : undefined;
  const counted = unit === 'rows' ? done : rows;
  const seconds = milliseconds / 1000;
  const left = share !== undefined && share > 0 && share < 1 ? (seconds / share) * (1 - share) : 0;
  const amount = unit === 'bytes' ? `${(done / 1e6).toFixed(0)} MB` : undefined;
  const rate =
    counted !== undefined
      ? `${perSecond(counted, seconds)} rows/s`
      : `${perSecond(done / 1e6, seconds)} MB/s`;
  return [
    name,
    what,
    share === undefined ? undefined : `${Math.floor(100 * share)} %`,
    counted === undefined ? amount : `${counted.toLocaleString('en-US')} rows`,
    seconds >= 0.5 ? rate : undefined,
    left >= 1 ? `about ${describeDuration(left)} left` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('  ');
}

function perSecond(amount: number, seconds: number): string {
  return Math.round(amount / Math.max(seconds, 1e-3)).toLocaleString('en-US');
}
