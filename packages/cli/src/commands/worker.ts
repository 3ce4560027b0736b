import { availableParallelism } from 'node:os';
import { atLeastOne } from '../flags.js';
import { workOnQueue } from '../processes/command-queue.js';
import { runCommand } from '../processes/run-command.js';
import type { Streams } from '../streams.js';

/** Flags of `mmrec worker`. */
export interface WorkerFlags {
  readonly queue: string;
  readonly workers?: string;
}

/** `mmrec worker --queue URL`: runs commands from a queue until it is told to stop. */
export async function work(flags: WorkerFlags, { stderr }: Streams): Promise<void> {
  const workers =
    flags.workers === undefined ? availableParallelism() : atLeastOne('--workers', flags.workers);
  const abort = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const worker = await workOnQueue(flags.queue, {
    workers,
    run: (args) => runCommand(args, abort.signal),
    onCommand: (args, result) => {
      const what = args.join(' ');
      if (!result) stderr.write(`begins: ${what}\n`);
      else if (result.code === 0) stderr.write(`done:   ${what}\n`);
      else
        stderr.write(
          `${result.code === null ? 'stopped' : 'FAILED'}: ${what}: ${result.message}\n`,
        );
    },
  });
  stderr.write(`waiting for commands, ${workers} at a time; Ctrl-C stops\n`);
  await stopped;
  abort.abort();
  await worker.close();
}
