import type { ProgressStream } from '@mmrec/train';

/** Milliseconds between lines of one count. */
const pause = 2000;

/** Says how far a count has come, now and then and at its end. */
export function countProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): (what: string, done: number, total: number) => void {
  let shown = now();
  return (what, done, total) => {
    if (done < total && done > 0 && now() - shown < pause) return;
    shown = now();
    const [some, all] = [done, total].map((count) => count.toLocaleString('en-US'));
    stream.write(`${what}: ${done < total ? `${some} of ` : ''}${all}\n`);
  };
}
