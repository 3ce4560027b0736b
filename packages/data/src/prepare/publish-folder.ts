import { existsSync } from 'node:fs';
import { open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where a folder is made and where it goes. */
export interface Publication {
  /** The folder, complete. */
  readonly staging: string;
  readonly out: string;
  /** Replace a dataset that is there. */
  readonly force: boolean;
}

/**
 * Checks that a dataset may be written to a folder: it is missing or empty, or a dataset that may be
 * replaced.
 *
 * @throws {Error} If it holds anything else.
 */
export async function checkOut({ out, force }: Omit<Publication, 'staging'>): Promise<void> {
  if (!existsSync(out)) return;
  const files = await readdir(out);
  if (files.length === 0) return;
  if (!files.some((file) => file === 'manifest.json' || file.endsWith('.inter'))) {
    throw new Error(
      `prepareDataset: ${out} must be missing, empty or a dataset, got other files. Choose another folder.`,
    );
  }
  if (force) return;
  throw new Error(
    `prepareDataset: ${out} already holds a dataset. Choose another folder, or replace it with force.`,
  );
}

/** Moves a complete folder to its place in one step, after all of it has reached the disk. */
export async function publishFolder({ staging, out, force }: Publication): Promise<void> {
  await syncFolder(staging);
  await checkOut({ out, force });
  const replaced = join(dirname(staging), 'replaced');
  await rm(replaced, { recursive: true, force: true });
  if (existsSync(out)) {
    const isEmpty = (await readdir(out)).length === 0;
    await (isEmpty ? rmdir(out) : rename(out, replaced));
  }
  await rename(staging, out);
  await syncFolder(dirname(out));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder, and keeps the order of renames by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
