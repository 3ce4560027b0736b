import type { FileHandle } from 'node:fs/promises';

/**
 * Reads a part of a file.
 *
 * @throws {Error} If the file ends before.
 */
export async function readBytes(
  handle: FileHandle,
  { start, length }: { readonly start: number; readonly length: number },
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let got = 0; got < length;) {
    const { bytesRead } = await handle.read(bytes, got, length - got, start + got);
    if (bytesRead === 0) throw new Error('readBytes: the file was shortened while it was read.');
    got += bytesRead;
  }
  return bytes.buffer;
}
