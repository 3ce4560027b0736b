import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileError } from '../file-error.js';
import type { SourceFile } from './source-file.js';

/**
 * A source's bytes, decompressed. Checksums of gzip are verified.
 *
 * @param onBytes - Told how many bytes of the file were read, each time some were.
 * @throws {Error} If the file can't be read, or is damaged: naming it and the place.
 */
export async function* openSource(
  source: SourceFile,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  let bytesRead = 0;
  const file = createReadStream(source.path, { highWaterMark: 1 << 20 });
  async function* counted() {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      bytesRead += chunk.length;
      onBytes(chunk.length);
      yield chunk;
    }
  }
  // The loop below is told of errors; the callback has nothing to add.
  const stream = source.isCompressed
    ? pipeline(counted(), createGunzip({ chunkSize: 1 << 18 }), () => undefined)
    : counted();
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (!/^Z_/.test(code)) {
      throw fileError('prepareDataset', source.path, error);
    }
    throw new Error(
      `prepareDataset: ${source.name}: must be an undamaged gzip file, got: ${message} (within the first ${bytesRead} bytes).`,
      { cause: error },
    );
  } finally {
    file.destroy();
  }
}
