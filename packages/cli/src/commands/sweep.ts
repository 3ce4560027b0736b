import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import { atLeastOne } from '../flags.js';
import type { Streams } from '../streams.js';
import { describeDuration, trackTrials } from '../sweep/track-trials.js';
import { runPool } from '../sweep/run-pool.js';
import { runSweep, type SweptConfiguration } from '../sweep/run-sweep.js';
import { summarizeSweep, type ConfigurationSummary } from '../sweep/summarize-sweep.js';
import { configurationTable, trialsCsv } from '../sweep/sweep-tables.js';
import { readSweepSpec, type SweepSpec } from '../sweep/sweep-spec.js';
import { trainTrial } from '../sweep/train-trial.js';
import { formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec sweep`. */
export interface SweepFlags {
  readonly out?: string;
  readonly workers?: string;
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
  const trials = join(folder, 'trials');
  await mkdir(trials, { recursive: true });
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  process.once('SIGINT', stop);
  try {
    const tracker = trackTrials(stderr, spec);
    const swept = await runSweep(spec, (tasks) => {
      tracker.begin(tasks, workers);
      return runPool(tasks, {
        workers,
        run: async (task) => {
          const { data, flags: shared } = spec;
          const context = { data, folder: trials, flags: shared, signal: abort.signal };
          return tracker.done(await trainTrial(task, context));
        },
      });
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
  }
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
  await write('results.json', `${JSON.stringify({ spec, configurations: summaries }, null, 2)}\n`);
  await write('results.csv', trialsCsv(swept));
}
