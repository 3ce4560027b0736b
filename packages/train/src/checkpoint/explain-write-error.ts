/** What a file system's error codes mean for someone whose training is being saved. */
const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room',
  EDQUOT: 'the disk quota is used up. Make room',
  EROFS: 'the disk is read-only. Make it writable',
  EACCES: 'permission is denied. Make it writable',
  ENOENT: 'the folder is gone. Was it removed while training? Put it back',
  EIO: 'the disk reports an error. Mend it',
};

/**
 * Does some writing; when the file system refuses, says why in words, and that nothing saved earlier is lost.
 *
 * @param file - What is written.
 * @throws {Error} If it can't be written.
 */
export async function explainWriteErrors<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    const cause = causes[code] ?? `${message}. Mend that`;
    throw new Error(
      `train: ${file} can't be written: ${cause}, and go on with --resume; what was saved before is kept.`,
      { cause: error },
    );
  }
}
