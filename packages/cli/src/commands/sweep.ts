import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomically, writeJsonFile } from '@mmrec/core';
import { describeDuration } from '@mmrec/train';
import { atLeastOne } from '../flags.js';
import { openCommandQueue } from '../processes/command-queue.js';
import { runCommand, type CommandResult } from '../processes/run-command.js';
import { runPool } from '../processes/run-pool.js';
import type { Streams } from '../streams.js';
import { trackTrials } from '../sweep/track-trials.js';
import { runSweep, type SweptConfiguration, type TrialTask } from '../sweep/run-sweep.js';
import { summarizeSweep, type ConfigurationSummary } from '../sweep/summarize-sweep.js';
import { sweepPage } from '../sweep/sweep-page.js';
import { configurationTable, trialsCsv } from '../sweep/sweep-tables.js';
import { readSweepSpec, type SweepSpec } from '../sweep/sweep-spec.js';
import { trainTrial } from '../sweep/train-trial.js';
import { formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec sweep`. */
export interface SweepFlags {
  readonly out?: string;
  readonly workers?: string;
  readonly queue?: string;
  readonly json?: boolean;
}

/** `mmrec sweep SPEC`: trains many configurations, chooses on validation, tabulates. Run again, it goes on. */
export async function sweep(
  file: string,
  flags: SweepFlags,
  { stdout, stderr }: Streams,
): Promise<void> {
  const start = performance.now();
  const spec = await readSweepSpec(file);
  const workers =
    flags.workers === undefined ? spec.workers : atLeastOne('--workers', flags.workers);
  if (!existsSync(spec.data)) {
    throw new UsageError(`sweep: ${file}: data must be a dataset folder, got '${spec.data}'.`);
  }
  const folder = flags.out ?? spec.out ?? join('sweeps', basename(file).replace(/\.\w+$/, ''));
  const trials = resolve(folder, 'trials');
  await mkdir(trials, { recursive: true });
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  const queue = flags.queue === undefined ? undefined : await openCommandQueue(flags.queue);
  try {
    const interruption = interruptionOf(abort.signal);
    const context = {
      ...{ data: resolve(spec.data), folder: trials, flags: spec.flags },
      run: (args: readonly string[]) =>
        queue ? Promise.race([queue.run(args), interruption]) : runCommand(args, abort.signal),
    };
    const tracker = trackTrials(stderr, spec);
    const swept = await runSweep(spec, (tasks) => {
      // On a queue everything waits at once: the workers decide how many they take.
      const atOnce = queue ? tasks.length : workers;
      tracker.begin(tasks, queue ? undefined : workers);
      const run = async (task: TrialTask) => tracker.done(await trainTrial(task, context));
      return runPool(tasks, { workers: atOnce, run });
    });
    if (abort.signal.aborted) throw new Error(`sweep: interrupted. Run it again to go on.`);
    const summaries = summarizeSweep(swept, spec.metric);
    await writeResults(folder, { spec, swept, summaries });
    if (flags.json) {
      stdout.write(`${JSON.stringify({ folder, metric: spec.metric, summaries }, null, 2)}\n`);
    } else {
      const { heading, rows } = configurationTable(summaries, spec.metric);
      const seconds = (performance.now() - start) / 1000;
      stdout.write(
        `${formatTable(heading, rows)}\n\n* best of its model on validation; ${describeDuration(seconds)}\n${folder}: results.json, results.csv, results.html, trials/\n`,
      );
    }
    failOn(summaries);
  } finally {
    process.removeListener('SIGINT', stop);
    await queue?.close();
  }
}

/** Resolves when the sweep is interrupted: what is on the queue isn't waited for then, and the workers go on. */
function interruptionOf(signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve({ code: null, message: 'interrupted' });
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

function failOn(summaries: readonly ConfigurationSummary[]): void {
  const failures = summaries.flatMap((summary) => summary.failures);
  if (failures.length === 0) return;
  throw new Error(`sweep: ${failures.length} trials failed. ${failures[0]}`);
}

async function writeResults(
  folder: string,
  results: {
    readonly spec: SweepSpec;
    readonly swept: readonly SweptConfiguration[];
    readonly summaries: readonly ConfigurationSummary[];
  },
): Promise<void> {
  const { spec, swept, summaries } = results;
  const write = (file: string, text: string) =>
    writeFileAtomically(join(folder, file), (handle) => handle.writeFile(text));
  await writeJsonFile(join(folder, 'results.json'), { spec, configurations: summaries });
  await write('results.csv', trialsCsv(swept));
  const title = `Sweep of ${basename(spec.data)}: ${basename(folder)}`;
  await write('results.html', sweepPage(summaries, { title, metric: spec.metric }));
}
