import { extname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { writeFileAtomically } from '@mmrec/core';
import { float16Max, toFloat16 } from './float16.js';
import { npyFileHeader } from './write-npy.js';
import { parquetRows } from './parquet-rows.js';
import type { RowWriter, TableShape } from './row-writer.js';
import { safetensorsHeader } from './safetensors.js';

/** What {@link writeFeatureTable} writes. */
export interface FeatureTableContents {
  readonly rows: number;
  readonly columns: number;
  /** How numbers are stored. Half precision takes half of the room and keeps about three decimal digits. */
  readonly storage?: 'float32' | 'float16';
  /** The rows in order, any number at a time, `[some, columns]`. */
  readonly blocks: AsyncIterable<Float32Array> | Iterable<Float32Array>;
}

/**
 * Writes a matrix of item features block by block, so that it need not fit the memory: `.npy`, `.safetensors`
 * (one tensor, `features`) or `.parquet` (one column of lists, `features`), by the name's ending. The file
 * appears whole or not at all.
 *
 * @throws {TypeError} For another ending.
 * @throws {RangeError} If the blocks don't hold `rows · columns` numbers, or one is too large for half precision.
 * @example
 * ```ts
 * const blocks = [Float32Array.of(1, 2), Float32Array.of(0.1, -4)];
 * await writeFeatureTable('half.safetensors', { rows: 2, columns: 2, storage: 'float16', blocks });
 * const table = await openFeatureTable('half.safetensors');
 * [...(await table.readRows([1]))] // => [0.0999755859375, -4]
 * await table.close();
 * ```
 */
export async function writeFeatureTable(
  file: string,
  { rows, columns, storage = 'float32', blocks }: FeatureTableContents,
): Promise<void> {
  const where = `writeFeatureTable: ${file}`;
  const format = extname(file).toLowerCase();
  if (!Object.hasOwn(writers, format)) {
    const known = Object.keys(writers).join(', ');
    throw new TypeError(`${where} must end in one of ${known}.`);
  }
  await writeFileAtomically(file, async (handle) => {
    const writer = await writers[format]!(handle, { rows, columns, storage });
    let count = 0;
    for await (const block of blocks) {
      if (storage === 'float16') checkHalf(where, block, { count, columns });
      count += block.length;
      if (block.length % columns !== 0 || count > rows * columns) break;
      await writer.write(block);
    }
    if (count !== rows * columns) {
      const got = `${count} of the ${rows * columns} numbers`;
      throw new RangeError(`${where} must get ${rows} rows of ${columns} numbers, got ${got}.`);
    }
    await writer.finish();
  });
}

const writers: Readonly<
  Record<string, (handle: FileHandle, shape: TableShape) => Promise<RowWriter>>
> = {
  '.npy': async (handle, { rows, columns, storage }) => {
    const dtype = storage === 'float16' ? '<f2' : '<f4';
    await handle.writeFile(npyFileHeader({ rows, columns, dtype }));
    return plainNumbers(handle, storage);
  },
  '.safetensors': async (handle, { rows, columns, storage }) => {
    const [dtype, bytes] = storage === 'float16' ? ['F16', 2] : ['F32', 4];
    const features = { dtype, shape: [rows, columns], data_offsets: [0, rows * columns * bytes] };
    await handle.writeFile(safetensorsHeader({ features }));
    return plainNumbers(handle, storage);
  },
  '.parquet': parquetRows,
};

function plainNumbers(handle: FileHandle, storage: TableShape['storage']): RowWriter {
  return {
    write: async (block) => {
      const { buffer, byteOffset, byteLength } = storage === 'float16' ? toFloat16(block) : block;
      await handle.writeFile(new Uint8Array(buffer, byteOffset, byteLength));
    },
    finish: () => Promise.resolve(),
  };
}

/** Numbers from here on are rounded to infinity: half way to what would be the next number. */
const tooLarge = float16Max + 16;

function checkHalf(
  where: string,
  block: Float32Array,
  { count, columns }: { count: number; columns: number },
): void {
  const at = block.findIndex((value) => Number.isFinite(value) && Math.abs(value) >= tooLarge);
  if (at < 0) return;
  const place = `row ${Math.floor((count + at) / columns)}, column ${(count + at) % columns}`;
  throw new RangeError(
    `${where}: float16 holds numbers up to ${float16Max}, got ${block[at]} in ${place}. Scale the features, or store float32.`,
  );
}
