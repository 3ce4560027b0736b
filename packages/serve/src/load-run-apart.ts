import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { serveWith, type LoadRunOptions, type SavedGraphs } from './load-run.js';
import type { ServingModel } from './model/serving-model.js';
import type { ServedModel } from './recommend/serve-model.js';

/** What the thread is to load. */
export interface LoadOrder {
  readonly folder: string;
  /** A folder for what is too large to be sent. */
  readonly scratch: string;
  readonly options: LoadRunOptions;
}

/** What the thread answers. */
export type LoadResult =
  | { readonly model: ServingModel; readonly graphs: SavedGraphs | undefined }
  | { readonly problem: string };

/** The thread's program. From the sources, as in tests, what was built of it: threads take JavaScript only. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/load-worker.js' : './load-worker.js',
  import.meta.url,
);

/**
 * As `loadRun`, with the reading, learning and building done in a thread of its own, so that this one goes on answering.
 * The back end that is in use here stays.
 *
 * @param signal - Ends the thread.
 * @throws {Error} As `loadRun`, and if the signal comes.
 */
export async function loadRunApart(
  folder: string,
  options: LoadRunOptions,
  signal: AbortSignal,
): Promise<ServedModel> {
  const scratch = await mkdtemp(join(tmpdir(), 'mmrec-load-'));
  try {
    const result = await answerOf({ folder, scratch, options }, signal);
    if ('problem' in result) throw new Error(result.problem);
    return serveWith(result.model, options, result.graphs);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function answerOf(order: LoadOrder, signal: AbortSignal): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    // Not as this process was started: tests have it look for sources.
    const worker = new Worker(program, { workerData: order, execArgv: [] });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    worker.once('message', (result: LoadResult) => {
      resolve(result);
      stop();
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`loadRun: loading ${order.folder} was stopped.`));
    });
  });
}
