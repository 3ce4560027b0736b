import { join } from 'node:path';
import { checkIsRun, readRunJson, readRunText, runFiles } from './run-files.js';
import type { RunMetrics } from './run-folder.js';

/**
 * Reads how a run ended.
 *
 * @returns Undefined for a run that is not finished: still going, or killed.
 * @throws {Error} If the folder holds no run, or its `metrics.json` is damaged.
 */
export async function readRunMetrics(folder: string): Promise<RunMetrics | undefined> {
  await checkIsRun('readRunMetrics', folder);
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
