import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@mmrec/core';

/** A tensor in memory, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** What a safetensors file holds. */
export interface SafetensorsContents {
  readonly tensors: Readonly<Record<string, NamedArray>>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Writes named tensors as a safetensors file. The file appears whole or not at all.
 *
 * @param tensors - float32 (`F32`) or int32 (`I32`) tensors by name.
 * @param metadata - Texts by name.
 * @throws {RangeError} If a tensor's numbers don't fit its shape.
 * @see https://huggingface.co/docs/safetensors
 */
export async function writeSafetensors(
  file: string,
  {
    tensors,
    metadata = {},
  }: { tensors: SafetensorsContents['tensors']; metadata?: Record<string, string> },
): Promise<void> {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(
        `writeSafetensors: ${name} must hold ${sizeOf(shape)} numbers for shape [${shape.join(', ')}], got ${data.length}.`,
      );
    }
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Float32Array ? 'F32' : 'I32';
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  // Padded with spaces, so that the numbers start at a multiple of 8 bytes.
  const header = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFileAtomically(file, async (handle) => {
    await handle.writeFile(length);
    await handle.writeFile(header);
    for (const { data } of Object.values(tensors)) {
      await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
}

/**
 * Reads a safetensors file of float32 and int32 tensors.
 *
 * @throws {Error} If the file can't be read.
 * @throws {RangeError} If it is truncated or malformed, or holds another number type.
 */
export async function readSafetensors(file: string): Promise<SafetensorsContents> {
  const bytes = await readFile(file);
  const { header, start } = parseHeader(file, bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const where = `readSafetensors: ${file}`;
    if (!isEntry(entry)) {
      throw new RangeError(`${where}: the header must give ${name} a dtype, a shape and offsets.`);
    }
    const { dtype, shape } = entry;
    const [from, to] = entry.data_offsets;
    if (dtype !== 'F32' && dtype !== 'I32') {
      throw new RangeError(`${where}: ${name} must be F32 or I32, got ${dtype}.`);
    }
    if (to - from !== 4 * sizeOf(shape) || start + to > bytes.length) {
      throw new RangeError(
        `${where}: ${name} must take ${4 * sizeOf(shape)} bytes, got ${Math.max(0, Math.min(to, bytes.length - start) - from)}: the file is truncated or damaged.`,
      );
    }
    // A copy: the numbers need not start at a multiple of 4 bytes.
    const buffer = new Uint8Array(bytes.subarray(start + from, start + to)).buffer;
    const data = dtype === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer);
    return [name, { shape, data }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

function parseHeader(
  file: string,
  bytes: Buffer,
): { header: Record<string, unknown>; start: number } {
  const size = bytes.length < 8 ? NaN : Number(bytes.readBigUInt64LE());
  if (!(8 + size <= bytes.length)) {
    throw new RangeError(
      `readSafetensors: ${file}: the header must fit the file, got ${bytes.length} bytes: the file is truncated.`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + size));
  } catch (error) {
    throw new RangeError(
      `readSafetensors: ${file}: the header must be JSON: ${(error as Error).message}`,
      { cause: error },
    );
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new RangeError(`readSafetensors: ${file}: the header must be a JSON object.`);
  }
  return { header: header as Record<string, unknown>, start: 8 + size };
}

function isEntry(entry: unknown): entry is HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const areSizes = (values: unknown) =>
    Array.isArray(values) && values.every((value) => Number.isInteger(value) && value >= 0);
  return typeof dtype === 'string' && areSizes(shape) && areSizes(offsets);
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
