import { open } from 'node:fs/promises';
import { writeFileAtomically } from '@mmrec/core';
import { readBytes } from './read-bytes.js';
import { checkTensor, readSafetensorsHeader, sizeOf } from './safetensors-header.js';

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
  const header = safetensorsHeader({ __metadata__: metadata, ...Object.fromEntries(entries) });
  await writeFileAtomically(file, async (handle) => {
    await handle.writeFile(header);
    for (const { data } of Object.values(tensors)) {
      await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  });
}

/** The bytes before the numbers: a length, and JSON padded so that the numbers start at a multiple of 8 bytes. */
export function safetensorsHeader(contents: Readonly<Record<string, unknown>>): Buffer {
  const json = JSON.stringify(contents);
  const text = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

/**
 * Reads a safetensors file of float32 and int32 tensors.
 *
 * @throws {Error} If the file can't be read.
 * @throws {RangeError} If it is truncated or malformed, or holds another number type.
 */
export async function readSafetensors(file: string): Promise<SafetensorsContents> {
  const where = `readSafetensors: ${file}`;
  const handle = await open(file, 'r');
  try {
    const { tensors: places, metadata, fileSize } = await readSafetensorsHeader(handle, where);
    const tensors: [string, NamedArray][] = [];
    for (const [name, place] of places) {
      const { dtype, shape, start, length } = place;
      if (dtype !== 'F32' && dtype !== 'I32') {
        throw new RangeError(`${where}: ${name} must be F32 or I32, got ${dtype}.`);
      }
      checkTensor(name, { place, bytes: 4, fileSize, where });
      const buffer = await readBytes(handle, { start, length });
      const data = dtype === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer);
      tensors.push([name, { shape, data }]);
    }
    return { tensors: Object.fromEntries(tensors), metadata };
  } finally {
    await handle.close();
  }
}
