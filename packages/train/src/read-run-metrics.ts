import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunMetrics } from './run-folder.js';

/**
 * The metrics of a run, with its cost; undefined where it isn't finished.
 *
 * @throws {Error} If the file is not JSON.
 */
export async function readRunMetrics(folder: string): Promise<RunMetrics | undefined> {
  const path = join(folder, 'metrics.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as RunMetrics;
  } catch (error) {
    throw new Error(`readRunMetrics: ${path} must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
