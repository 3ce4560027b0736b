import type { FileHandle } from 'node:fs/promises';

/**
 * Writes a file so that it appears whole or not at all: under a temporary name in the same folder,
 * flushed to the disk, and renamed, which replaces a file of that name. The folder is flushed too, so that
 * the new name outlasts a loss of power.
 *
 * Node only. The file system is asked for when it is needed, so that the package loads in browsers.
 *
 * @param write - Writes the contents; if it throws, nothing is left behind.
 * @throws {Error} If the file can't be written.
 */
export async function writeFileAtomically(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const { open, rename, rm } = process.getBuiltinModule('node:fs/promises');
  const { randomUUID } = process.getBuiltinModule('node:crypto');
  const { dirname } = process.getBuiltinModule('node:path');
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** What a process that was killed while it wrote has left of {@link writeFileAtomically}. */
const leftover = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Removes files that {@link writeFileAtomically} began and didn't end, because its process was killed. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  const { readdir, rm } = process.getBuiltinModule('node:fs/promises');
  const { join } = process.getBuiltinModule('node:path');
  for (const name of await readdir(folder)) {
    if (leftover.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** Windows can't open folders, and some network drives can't flush them: there it is left to the system. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = process.getBuiltinModule('node:fs/promises');
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
