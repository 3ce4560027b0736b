import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Writes a folder of files so that it appears whole or not at all: beside its place, and renamed. A folder that is
 * there stays until the new one is finished.
 *
 * @param write - Writes the files into a folder.
 */
export async function writeFolder(
  folder: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const place = resolve(folder);
  const parts = {
    written: `${place}.${randomUUID()}.tmp`,
    replaced: `${place}.${randomUUID()}.tmp`,
  };
  await mkdir(dirname(place), { recursive: true });
  await mkdir(parts.written);
  try {
    await write(parts.written);
    // What is there goes aside until the new folder stands in its place.
    const replaces = existsSync(place);
    if (replaces) await rename(place, parts.replaced);
    await rename(parts.written, place);
    if (replaces) await rm(parts.replaced, { recursive: true });
  } catch (error) {
    await rm(parts.written, { recursive: true, force: true });
    if (existsSync(parts.replaced) && !existsSync(place)) await rename(parts.replaced, place);
    throw error;
  }
}
