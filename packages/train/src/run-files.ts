import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of a run folder's files and subfolders. */
export const runFiles = {
  config: 'config.json',
  history: 'history.jsonl',
  metrics: 'metrics.json',
  model: 'model.safetensors',
  ids: 'ids.json',
  checkpoint: 'checkpoint',
  tensorboard: 'tensorboard',
} as const;

/**
 * Reads a JSON file of a run folder.
 *
 * @param where - Name of the public function, for the message.
 * @throws {Error} If it isn't there or is not JSON.
 */
export async function readRunJson(where: string, folder: string, file: string): Promise<unknown> {
  const text = await readRunText(folder, file);
  if (text === undefined) throw notARun(where, folder, file);
  const path = join(folder, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: ${path} must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The text of a file of a run folder, or undefined where there is no such file. */
export async function readRunText(folder: string, file: string): Promise<string | undefined> {
  return readFile(join(folder, file), 'utf8').catch((error: unknown) => {
    // A run folder's name that is a file's: nothing can lie in it.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** @throws {Error} If a folder holds no run. */
export async function checkIsRun(where: string, folder: string): Promise<void> {
  if ((await readRunText(folder, runFiles.config)) === undefined)
    throw notARun(where, folder, runFiles.config);
}

const notARun = (where: string, folder: string, missing: string) =>
  new Error(`${where}: ${folder} must be a run folder, got none: it has no ${missing}.`);
