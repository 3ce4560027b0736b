import type { FileHandle } from 'node:fs/promises';

/**
 * Writes a file so that it appears whole or not at all: under a temporary name in the same folder,
 * flushed to the disk, and renamed, which replaces a file of that name.
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
}
