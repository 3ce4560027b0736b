import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { backendFlag, choice } from '../flags.js';
import { isHtmlPage } from '../html/html-page.js';
import { evaluateUsers } from '../plot/evaluate-users.js';
import { plotPage } from '../plot/plot-page.js';
import { plottedMetrics } from '../plot/plotted-metrics.js';
import { readPlottedRun, type PlottedRun } from '../plot/read-plotted-run.js';
import { runNames } from '../plot/run-names.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec plot`. */
export interface PlotFlags {
  readonly out?: string;
  readonly title?: string;
  readonly metric?: string;
  readonly split?: string;
  readonly data?: string;
  readonly backend?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `mmrec plot <run…>`: the runs' curves and tables as one HTML page that needs nothing beside it. */
export async function plot(
  folders: readonly string[],
  flags: PlotFlags,
  { stdout, stderr }: Streams,
): Promise<void> {
  checkDifferent(folders);
  const backend = backendFlag(flags.backend);
  const named = flags.split && choice('--split', flags.split, ['test', 'validation'] as const);
  const names = runNames(folders);
  const runs: PlottedRun[] = [];
  for (const [at, folder] of folders.entries()) runs.push(await readPlottedRun(folder, names[at]!));
  const metrics = plottedMetrics(runs, flags.metric);
  const out = flags.out ?? (folders.length === 1 ? join(folders[0]!, 'plot.html') : 'plot.html');
  await checkReplaceable(out, flags.force);

  await useBackend(backend);
  // Test is for runs whose epoch is chosen: looking at it earlier would let it choose.
  const tested = runs.every(({ metrics, config }) => metrics && config.dataset.test > 0);
  const split = named || (tested ? 'test' : 'validation');
  const users = await evaluateUsers(runs, { metrics, split, data: flags.data });
  for (const [{ name }, problem] of users.problems) {
    stderr.write(`plot: ${name} is missing among the users: ${problem}\n`);
  }
  const page = plotPage(runs, { title: flags.title ?? names.join(', '), metrics, users });
  await mkdir(dirname(out), { recursive: true });
  await writeFileAtomically(out, (handle) => handle.writeFile(page));
  const bytes = Buffer.byteLength(page);
  if (flags.json) {
    stdout.write(`${JSON.stringify({ page: out, bytes, runs: folders, split }, null, 2)}\n`);
  } else {
    stdout.write(`${out}: ${Math.ceil(bytes / 1000)} kB, open it in a browser\n`);
  }
}

function checkDifferent(folders: readonly string[]): void {
  const twice = folders.find((folder, at) => {
    return folders.slice(0, at).some((earlier) => resolve(earlier) === resolve(folder));
  });
  if (twice === undefined) return;
  throw new UsageError(`plot: every run must be named once, got ${twice} twice.`);
}

/** A page that mmrec made is replaced; what else is there is somebody's. */
async function checkReplaceable(out: string, force = false): Promise<void> {
  if (!existsSync(out)) return;
  if (statSync(out).isDirectory()) {
    throw new UsageError(`plot: --out must name a file, got the folder ${out}.`);
  }
  if (force || isHtmlPage(await readFile(out, 'utf8'))) return;
  throw new Error(
    `plot: ${out} is a file that mmrec did not make. Choose another --out, or replace it with --force.`,
  );
}
