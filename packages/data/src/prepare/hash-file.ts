import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileError } from '../file-error.js';

/** What identifies a file's content. */
export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Size and SHA-256 of a file.
 *
 * @throws {Error} If the file can't be read.
 */
export async function hashFile(
  path: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const part = chunk as Buffer;
      hash.update(part);
      bytes += part.length;
      onBytes(part.length);
    }
  } catch (error) {
    throw fileError('prepareDataset', path, error);
  }
  return { bytes, sha256: hash.digest('hex') };
}
