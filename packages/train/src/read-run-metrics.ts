import { join } from 'node:path';
import { readRunJson, readRunText, runFiles } from './run-files.js';
import type { RunMetrics } from './run-folder.js';

/**
 * Reads how a run ended.
 *
 * @returns Undefined where no run is finished: it is still going, was killed, or there is none.
 * @throws {Error} If `metrics.json` is damaged.
 */
export async function readRunMetrics(folder: string): Promise<RunMetrics | undefined> {
  if ((await readRunText(folder, runFiles.metrics)) === undefined) return undefined;
  const metrics = (await readRunJson(
    'readRunMetrics',
    folder,
    runFiles.metrics,
  )) as Partial<RunMetrics> | null;
  if (typeof metrics?.best?.epoch !== 'number' || typeof metrics.stopped !== 'string') {
    throw new Error(
      `readRunMetrics: ${join(folder, runFiles.metrics)} must say how the run ended: the file is damaged.`,
    );
  }
  return metrics as RunMetrics;
}
