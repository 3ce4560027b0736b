import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRunMetrics, type RunConfig } from '@mmrec/train';
import type { TrialOutcome, TrialTask } from './run-sweep.js';

/** What trials share. */
export interface TrialContext {
  readonly data: string;
  /** Folder of the run folders. */
  readonly folder: string;
  /** Flags of `mmrec train` for every trial. */
  readonly flags: readonly string[];
  /** Ends the training; what it has done is kept. */
  readonly signal?: AbortSignal;
}

/** The command itself: this file lies in `src/sweep`, or in `dist` once bundled. */
const bin = ['../bin/mmrec.js', '../../bin/mmrec.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

/** Times that a training is taken up again after its process was killed. */
const mostRestarts = 5;

/**
 * Trains a trial in a process of its own, going on from where an earlier attempt stopped; a finished one is only
 * read.
 *
 * @returns Its metrics, or why it failed. When `signal` is aborted, it failed as `interrupted`.
 */
export async function trainTrial(task: TrialTask, context: TrialContext): Promise<TrialOutcome> {
  const folder = join(context.folder, task.id);
  const interrupted = () => context.signal?.aborted ?? false;
  for (let restarts = 0; ; restarts++) {
    const done = await finishedOutcome(task, folder);
    if (done) return done;
    const failed = (message: string) => ({ task, status: 'failed', message }) as const;
    if (interrupted()) return failed('interrupted');
    const { code, signal, stderr } = await train(task, { ...context, folder });
    if (interrupted()) return failed('interrupted');
    if (code === 0) continue;
    if (signal === null) return failed(lastMessage(stderr, code));
    if (restarts === mostRestarts) {
      return failed(`its process was killed ${restarts + 1} times, last by ${signal}`);
    }
  }
}

/** The outcome of a run folder that is finished up to the task's epochs. */
async function finishedOutcome(task: TrialTask, folder: string): Promise<TrialOutcome | undefined> {
  const metrics = await readRunMetrics(folder);
  if (!metrics || metrics.stopped === 'signal') return undefined;
  const text = await readFile(join(folder, 'config.json'), 'utf8');
  const { trainingOptions } = JSON.parse(text) as RunConfig;
  const { epochs = trainingOptions['epochs'] } = task;
  if (metrics.stopped === 'epochs' && trainingOptions['epochs'] !== epochs) return undefined;
  const { best, seconds } = metrics;
  return {
    task,
    status: 'finished',
    valid: best.valid ?? {},
    test: best.test,
    epochs: metrics.epochs,
    seconds,
  };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function train(
  { configuration: { model, options }, seed, epochs }: TrialTask,
  { data, folder, flags, signal }: TrialContext,
): Promise<Ended> {
  const args = [
    ...['train', model, '--data', data, '--out', folder, '--resume', '--seed', `${seed}`],
    ...Object.entries(options).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(epochs === undefined ? [] : ['--epochs', `${epochs}`]),
    ...flags,
    '--json',
  ];
  return new Promise((resolve, reject) => {
    // A forked process ends when this one does, whatever ended it: see bin/mmrec.js.
    const child = fork(bin, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    const stop = () => void child.kill('SIGINT');
    signal?.addEventListener('abort', stop);
    let stderr = '';
    // Enough for the message at the end.
    child.stderr!.on('data', (text: Buffer) => (stderr = (stderr + text.toString()).slice(-4000)));
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code, signal: killedBy, stderr });
    });
  });
}

function lastMessage(stderr: string, code: number | null): string {
  const lines = stderr.trim().split('\n');
  const message = lines.filter((line) => line.startsWith('mmrec: ')).at(-1) ?? lines.at(-1);
  return message?.replace(/^mmrec: /, '') ?? `exit code ${code}`;
}
