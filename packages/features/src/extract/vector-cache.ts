import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { EncoderIdentity } from './content-encoder.js';

/** Vectors kept by what they were made of. */
export interface VectorCache {
  /** File that holds them. */
  readonly file: string;
  has(key: string): boolean;
  /** Adds vectors, `[keys.length, columns]`, and puts them on the disk. */
  add(keys: readonly string[], vectors: Float32Array): Promise<void>;
  /** Vectors of keys, `[keys.length, columns]`; zeros for undefined. Each key must be there. */
  read(keys: readonly (string | undefined)[]): Promise<Float32Array>;
  /** The keys of all vectors. */
  keys(): Iterable<string>;
  close(): Promise<void>;
}

const [keyBytes, checkBytes] = [32, 4];

/** Key of a content: SHA-256 of its bytes. */
export const contentKey = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Opens the cache of an encoder's vectors, one file for each encoder identity, made if it isn't there.
 *
 * A record is a content's SHA-256, the vector as float32 and a checksum. Records are appended, so that work that is
 * killed loses its last batch at most; a record that was cut short or damaged is left out and made anew.
 *
 * @param folder - Made if it doesn't exist.
 */
export async function openVectorCache(
  folder: string,
  { identity, columns }: { readonly identity: EncoderIdentity; readonly columns: number },
): Promise<VectorCache> {
  await mkdir(folder, { recursive: true });
  const key = contentKey(Buffer.from(JSON.stringify({ ...identity, columns })));
  const file = join(folder, `${key.slice(0, 32)}.vectors`);
  const handle = await open(file, 'a+');
  const recordBytes = keyBytes + 4 * columns + checkBytes;
  const { size } = await handle.stat();
  const whole = Math.floor(size / recordBytes);
  // What a kill left of a last record would put all later ones out of place.
  if (whole * recordBytes < size) await handle.truncate(whole * recordBytes);
  const places = await scan(handle, { recordBytes, records: whole });
  let records = whole;
  return {
    file,
    has: (content) => places.has(content),
    async add(keys, vectors) {
      const bytes = Buffer.concat(
        keys.map((content, at) =>
          recordOf(content, vectors.subarray(at * columns, (at + 1) * columns)),
        ),
      );
      await handle.appendFile(bytes);
      await handle.datasync();
      for (const content of keys) places.set(content, records++);
    },
    async read(keys) {
      const out = new Float32Array(keys.length * columns);
      const row = Buffer.from(new ArrayBuffer(4 * columns));
      for (const [at, content] of keys.entries()) {
        if (content === undefined) continue;
        const position = places.get(content)! * recordBytes + keyBytes;
        await handle.read(row, 0, row.length, position);
        out.set(new Float32Array(row.buffer), at * columns);
      }
      return out;
    },
    keys: () => places.keys(),
    close: () => handle.close(),
  };
}

const copiedAtOnce = 1024;

/** Copies to a cache what another one of the same encoder has besides. */
export async function copyVectors(from: VectorCache, to: VectorCache): Promise<void> {
  const keys = [...from.keys()].filter((key) => !to.has(key));
  for (let start = 0; start < keys.length; start += copiedAtOnce) {
    const some = keys.slice(start, start + copiedAtOnce);
    await to.add(some, await from.read(some));
  }
}

function recordOf(key: string, vector: Float32Array): Buffer {
  const numbers = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const body = Buffer.concat([Buffer.from(key, 'hex'), numbers]);
  const check = Buffer.alloc(checkBytes);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

/** Places of the sound records by their keys. */
async function scan(
  handle: FileHandle,
  { recordBytes, records }: { recordBytes: number; records: number },
): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  const atOnce = Math.max(1, Math.floor((1 << 22) / recordBytes));
  const bytes = Buffer.alloc(Math.min(atOnce, records) * recordBytes);
  for (let start = 0; start < records; start += atOnce) {
    const count = Math.min(atOnce, records - start);
    await handle.read(bytes, 0, count * recordBytes, start * recordBytes);
    for (let at = 0; at < count; at++) {
      const record = bytes.subarray(at * recordBytes, (at + 1) * recordBytes);
      const body = record.subarray(0, -checkBytes);
      if (crc32(body) !== record.readUInt32LE(recordBytes - checkBytes)) continue;
      places.set(body.toString('hex', 0, keyBytes), start + at);
    }
  }
  return places;
}
