import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeJsonFile } from '@mmrec/core';
import { writeFolder } from '../write-folder.js';
import type { ExportedRun } from './exported-run.js';

/** The file by which an exported folder is known. */
const manifestFile = 'export.json';

/**
 * Writes a folder of files, whole or not at all. Last comes `export.json`, which says what was exported.
 *
 * @param write - Writes the files into a folder.
 * @returns The names of the files.
 */
export async function writeExportFolder(
  folder: string,
  { run, format }: { readonly run: ExportedRun; readonly format: string },
  write: (folder: string) => Promise<void>,
): Promise<readonly string[]> {
  await writeFolder(folder, async (written) => {
    await write(written);
    await writeJsonFile(join(written, manifestFile), describe(run, format));
  });
  return (await readdir(folder)).sort();
}

/**
 * Checks that an export may be written to a folder.
 *
 * @param force - Whether an export that is there may be replaced.
 * @throws {Error} If the folder holds an export and `force` is not set, or holds anything else.
 */
export async function checkExportFolder(folder: string, force = false): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR')
      throw new Error(`export: --out must be a folder, got a file: ${folder}.`);
    throw error;
  });
  if (names.length === 0) return;
  if (!names.includes(manifestFile)) {
    throw new Error(
      `export: ${folder} holds files that mmrec export did not write. Choose another --out.`,
    );
  }
  if (!force) {
    throw new Error(`export: ${folder} already holds an export. Replace it with --force.`);
  }
}

function describe({ folder, config, embeddingSize, users, items }: ExportedRun, format: string) {
  return {
    version: 1,
    format,
    run: resolve(folder),
    model: config.model,
    dataset: config.dataset.name,
    seed: config.seed,
    users: users.ids.length,
    items: items.ids.length,
    embeddingSize,
  };
}
