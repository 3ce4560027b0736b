import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { orExplain } from '../or-explain.js';

/** One item's features. Valid until the next record is asked for. */
export interface ImageRecord {
  readonly id: string;
  /** Little-endian float32 numbers. */
  readonly bytes: Buffer;
  /** Place in the (decompressed) file, in bytes. */
  readonly offset: number;
}

/** Bytes of an item's id (an ASIN) in front of its numbers. */
const idBytes = 10;

/**
 * Reads a `.b` file of Amazon's image features record by record: ten bytes of ASIN, then the numbers.
 *
 * @param file - With `.gz` at the end: compressed.
 * @param columns - Numbers an item.
 * @param onBytes - Told how many bytes of the file were read, each time some were.
 * @throws {RangeError} If the file ends within a record, or an id is not ten letters or digits: naming
 * the file and the place.
 * @throws {Error} If the file can't be read, or is damaged.
 */
export async function* readImageRecords(
  file: string,
  columns: number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<ImageRecord> {
  const what = `convertImageFeatures: ${basename(file)}`;
  const recordBytes = idBytes + 4 * columns;
  let pending = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of openStream(file, onBytes)) {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let at = 0;
    for (; at + recordBytes <= bytes.length; at += recordBytes, offset += recordBytes) {
      const id = bytes.toString('latin1', at, at + idBytes);
      if (!/^[\dA-Za-z]{10}$/.test(id)) {
        throw new RangeError(
          `${what}: byte ${offset}: must have an ASIN of ten letters or digits, got ${JSON.stringify(id)}. Records of ${columns} numbers are expected.`,
        );
      }
      yield { id, bytes: bytes.subarray(at + idBytes, at + recordBytes), offset };
    }
    pending = Buffer.from(bytes.subarray(at));
  }
  if (pending.length > 0) {
    throw new RangeError(
      `${what}: byte ${offset}: must have records of ${recordBytes} bytes, got the end after ${pending.length}. The file is truncated, or its records are not of ${columns} numbers.`,
    );
  }
}

async function* openStream(file: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  async function* counted() {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      onBytes((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  }
  // The loop below is told of errors; the callback has nothing to add.
  const stream = file.endsWith('.gz')
    ? pipeline(counted(), createGunzip({ chunkSize: 1 << 18 }), () => undefined)
    : counted();
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const next = () => orExplain(chunks.next(), `convertImageFeatures: ${file}`);
  try {
    for (let step = await next(); step.done !== true; step = await next()) yield step.value;
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (!code.startsWith('Z_')) throw error;
    throw new Error(
      `convertImageFeatures: ${basename(file)}: must be an undamaged gzip file, got: ${message}.`,
      { cause: error },
    );
  } finally {
    await chunks.return?.();
  }
}
