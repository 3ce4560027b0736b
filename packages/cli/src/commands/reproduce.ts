import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import { atLeastOne, backendFlag, protocolFlag, wholeNumber } from '../flags.js';
import { findModel, models } from '../models.js';
import { presetsOf } from '../presets/find-preset.js';
import { compareFigures, type CellResult } from '../reproduce/compare-figures.js';
import { findData, unknownDataset } from '../reproduce/find-data.js';
import {
  comparisonCsv,
  comparisonNotes,
  formatComparison,
} from '../reproduce/format-comparison.js';
import { planTable, type Cell, type Skipped, type TableRequest } from '../reproduce/plan-table.js';
import { readRunState } from '../reproduce/read-run-state.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';
import { train, type TrainFlags } from './train.js';

/** Flags of `mmrec reproduce`. */
export interface ReproduceFlags {
  readonly models?: readonly string[];
  readonly datasets?: readonly string[];
  readonly data?: readonly string[];
  readonly seeds?: readonly string[];
  readonly out?: string;
  readonly epochs?: string;
  readonly protocol?: string;
  readonly backend?: string;
  readonly threads?: string;
  readonly json?: boolean;
}

/** A run that ended with an error. */
interface Failure {
  readonly folder: string;
  readonly message: string;
}

/** `mmrec reproduce`: runs a table of presets, and prints our figures beside the published ones. */
export async function reproduce(flags: ReproduceFlags, streams: Streams): Promise<void> {
  const request = readRequest(flags);
  const { cells, skipped } = await planTable(request);
  for (const { dataset, models: names, reason } of skipped) {
    streams.stderr.write(`skipped: ${names.join(', ')} on ${dataset}: ${reason}\n`);
  }
  if (cells.length === 0) throw nothingToRun(skipped);
  // A folder with a run of other settings is found before anything runs.
  for (const cell of cells) for (const run of cell.runs) await readRunState(cell, run);

  const { results, failures, interrupted } = await runCells(cells, flags, streams);
  const rows = compareFigures(results);
  const notes = comparisonNotes(
    results.filter(({ tests }) => tests.length > 0).map(({ cell }) => cell),
    { rows, ...(request.epochs !== undefined && { epochs: request.epochs }) },
  );
  const csv = join(request.out, 'table.csv');
  await mkdir(request.out, { recursive: true });
  await writeFileAtomically(csv, (handle) => handle.writeFile(comparisonCsv(rows)));
  streams.stdout.write(
    flags.json
      ? `${JSON.stringify({ rows, notes, skipped, failures, csv }, null, 2)}\n`
      : `${[formatComparison(rows), '', ...notes, `table: ${csv}`].join('\n')}\n`,
  );
  if (interrupted) {
    throw new Error('reproduce: interrupted. The same command again goes on with what is missing.');
  }
  if (failures.length > 0) {
    const [first] = failures;
    throw new Error(
      `reproduce: ${failures.length} runs failed, the first ${first!.folder}: ${first!.message}`,
    );
  }
}

function readRequest(flags: ReproduceFlags): TableRequest {
  const chosen = (flags.models ?? Object.keys(models)).map((name) => findModel(name, 'reproduce'));
  const names = [
    ...new Set(Object.values(models).flatMap((model) => presetsOf(model).map(({ name }) => name))),
  ];
  for (const name of flags.datasets ?? []) {
    if (!names.includes(name)) throw unknownDataset(name, names);
  }
  if (flags.data === undefined) {
    throw new UsageError(
      'reproduce: --data must name folders of data sets (NAME=DIR), or the folder above them, got none.',
    );
  }
  backendFlag(flags.backend);
  if (flags.threads !== undefined) atLeastOne('--threads', flags.threads);
  return {
    models: [...new Set(chosen)],
    datasets: [...new Set(flags.datasets ?? names)],
    data: findData(flags.data, names),
    seeds: [
      ...new Set((flags.seeds ?? ['1', '2', '3']).map((text) => wholeNumber('--seeds', text))),
    ],
    out: flags.out ?? join('runs', 'reproduce'),
    epochs: flags.epochs === undefined ? undefined : wholeNumber('--epochs', flags.epochs),
    protocol: flags.protocol === undefined ? undefined : protocolFlag(flags.protocol),
  };
}

function nothingToRun(skipped: readonly Skipped[]): UsageError {
  const [first] = skipped;
  return new UsageError(
    `reproduce: nothing to run: ${first!.models.join(', ')} on ${first!.dataset}: ${first!.reason}${skipped.length > 1 ? `; and ${skipped.length - 1} more, above` : ''}.`,
  );
}

/** Trains what is not finished, one run after the other; a failure does not stop the others. */
async function runCells(
  cells: readonly Cell[],
  flags: ReproduceFlags,
  { stderr }: Streams,
): Promise<{ results: CellResult[]; failures: Failure[]; interrupted: boolean }> {
  const results: CellResult[] = cells.map((cell) => ({ cell, tests: [] }));
  const failures: Failure[] = [];
  const total = cells.reduce((sum, { runs }) => sum + runs.length, 0);
  let at = 0;
  for (const [index, cell] of cells.entries()) {
    for (const run of cell.runs) {
      stderr.write(`[${++at}/${total}] ${run.folder}\n`);
      const failure = await trainRun(cell, run, { flags, stderr });
      if (failure) {
        stderr.write(`failed: ${failure}\n`);
        failures.push({ folder: run.folder, message: failure });
        continue;
      }
      const state = await readRunState(cell, run);
      if (state.state !== 'finished') return { results, failures, interrupted: true };
      const test = { seed: run.seed, metrics: state.metrics.best.test ?? {} };
      results[index] = { cell, tests: [...results[index]!.tests, test] };
    }
  }
  return { results, failures, interrupted: false };
}

/** Trains a run unless it is finished. @returns The message of its failure, if it fails. */
async function trainRun(
  cell: Cell,
  { seed, folder }: Cell['runs'][number],
  { flags, stderr }: { readonly flags: ReproduceFlags; readonly stderr: Streams['stderr'] },
): Promise<string | undefined> {
  const { state } = await readRunState(cell, { seed, folder });
  if (state === 'finished') {
    stderr.write('finished before\n');
    return undefined;
  }
  const { epochs, backend, threads } = flags;
  const trainFlags: TrainFlags = {
    data: cell.data,
    out: folder,
    preset: cell.preset.name,
    seed: String(seed),
    protocol: cell.protocol,
    // An unfinished run is gone on with.
    resume: true,
    ...(epochs !== undefined && { epochs }),
    ...(backend !== undefined && { backend }),
    ...(threads !== undefined && { threads }),
  };
  try {
    // The reports of the runs would stand between the rows of the table.
    await train(cell.model.name, trainFlags, { stderr, stdout: { write: () => true } });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
