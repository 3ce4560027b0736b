import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readRunConfig, readRunMetrics } from '@mmrec/train';
import type { CommandResult } from '../processes/run-command.js';
import type { TrialOutcome, TrialTask } from './run-sweep.js';

/** What trials share. */
export interface TrialContext {
  readonly data: string;
  /** Folder of the run folders. */
  readonly folder: string;
  /** Flags of `mmrec train` for every trial. */
  readonly flags: readonly string[];
  /** Runs an `mmrec` command, here or on another machine that sees the same folders. */
  run(args: readonly string[]): Promise<CommandResult>;
}

/** Milliseconds between attempts on a run folder that another process has. */
const betweenAttempts = 5_000;
/** For so long a process that has ended may seem to have a folder: six minutes of attempts. */
const mostAttempts = 72;

/**
 * Trains a trial, going on from where an earlier attempt stopped; a finished one is only read.
 *
 * @returns Its metrics, or why it failed.
 */
export async function trainTrial(task: TrialTask, context: TrialContext): Promise<TrialOutcome> {
  const folder = join(context.folder, task.id);
  for (let attempt = 1; ; attempt++) {
    const done = await finishedOutcome(task, folder);
    if (done) return done;
    const { code, message } = await context.run(trainArguments(task, { ...context, folder }));
    const ended = await finishedOutcome(task, folder);
    if (ended) return ended;
    // A lock that outlives the attempt is another process's, perhaps that of a machine that was lost.
    const locked = code === 1 && existsSync(join(folder, 'lock'));
    if (!locked || attempt === mostAttempts) return { task, status: 'failed', message };
    await wait(betweenAttempts);
  }
}

/** The outcome of a run folder that is finished up to the task's epochs. */
async function finishedOutcome(task: TrialTask, folder: string): Promise<TrialOutcome | undefined> {
  const metrics = await readRunMetrics(folder);
  if (!metrics || metrics.stopped === 'signal') return undefined;
  const { trainingOptions } = await readRunConfig(folder);
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

function trainArguments(
  { configuration: { model, options }, seed, epochs }: TrialTask,
  { data, folder, flags }: Omit<TrialContext, 'run'>,
): string[] {
  return [
    ...['train', model, '--data', data, '--out', folder, '--resume', '--seed', `${seed}`],
    ...Object.entries(options).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(epochs === undefined ? [] : ['--epochs', `${epochs}`]),
    ...flags,
  ];
}
