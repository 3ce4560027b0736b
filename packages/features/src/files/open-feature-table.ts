import { open, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { suggestion } from '@mmrec/core';
import { orExplain } from '../or-explain.js';
import { binaryTable, type BinaryLayout } from './binary-table.js';
import type { FeatureTable } from './feature-table.js';
import { readNpyLayout } from './npy-layout.js';
import { npyNumbers } from './npy-numbers.js';
import { openParquetTable } from './parquet-table.js';
import { checkTensor, readSafetensorsHeader } from './safetensors-header.js';

/** What of a file {@link openFeatureTable} opens. */
export interface OpenFeatureTableOptions {
  /** Which tensor of a safetensors file, or column of lists of a Parquet file; absent: the only one. */
  readonly name?: string | undefined;
}

/** File name endings of feature matrices. */
export const featureFormats = ['.npy', '.safetensors', '.parquet'] as const;

/**
 * Opens a matrix of item features to be read in parts, as float32 whatever is stored: an `.npy` file, a tensor of
 * two dimensions in a `.safetensors` file, or a `.parquet` file with a column of lists of equal length or with a
 * column of floating-point numbers for each feature.
 *
 * Opening reads the header only. npy and safetensors are read at the positions asked for; of Parquet, one row
 * group is in memory at a time.
 *
 * @throws {Error} If the file doesn't exist.
 * @throws {TypeError} For another kind of file or number, or an unknown `name`.
 * @throws {RangeError} If the file is damaged or holds no matrix.
 * @example
 * ```ts
 * await writeNpy('features.npy', { rows: 3, columns: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) });
 * const table = await openFeatureTable('features.npy');
 * [table.rows, table.columns, table.dtype] // => [3, 2, '<f4']
 * [...(await table.readRows([2, 0]))] // => [5, 6, 1, 2]
 * await table.close();
 * ```
 */
export async function openFeatureTable(
  file: string,
  { name }: OpenFeatureTableOptions = {},
): Promise<FeatureTable> {
  const format = extname(file).toLowerCase();
  if (format === '.parquet') return openParquetTable(file, name);
  if (format !== '.npy' && format !== '.safetensors') {
    const known = featureFormats.join(', ');
    throw new TypeError(`openFeatureTable: ${file} must end in one of ${known}.`);
  }
  const handle = await orExplain(open(file, 'r'), `openFeatureTable: ${file}`);
  try {
    const layout =
      format === '.npy'
        ? await npyMatrix(handle, file)
        : await tensorMatrix(handle, `openFeatureTable: ${file}`, name);
    return binaryTable(handle, layout);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function npyMatrix(handle: FileHandle, file: string): Promise<BinaryLayout> {
  const { shape, ...layout } = await readNpyLayout(handle, file);
  const [rows = 0, columns = 0] = shape;
  if (shape.length === 2) return { ...layout, rows, columns };
  throw new RangeError(
    `openFeatureTable: ${file} must have shape [items, features], got [${shape.join(', ')}].`,
  );
}

/** Number types of safetensors, by npy's names for those that both have. */
const tensorNumbers: Readonly<Record<string, (typeof npyNumbers)[string]>> = {
  F16: npyNumbers['<f2']!,
  BF16: {
    bytes: 2,
    convert: (buffer, out) => {
      // The upper half of a float32.
      const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
      const halves = new Uint16Array(buffer, 0, out.length);
      for (let at = 0; at < out.length; at++) bits[at] = halves[at]! << 16;
    },
  },
  F32: npyNumbers['<f4']!,
  F64: npyNumbers['<f8']!,
  BOOL: npyNumbers['|b1']!,
  U8: npyNumbers['|u1']!,
  I8: npyNumbers['|i1']!,
  I32: npyNumbers['<i4']!,
  I64: npyNumbers['<i8']!,
};

async function tensorMatrix(
  handle: FileHandle,
  where: string,
  name: string | undefined,
): Promise<BinaryLayout> {
  const { tensors, fileSize } = await readSafetensorsHeader(handle, where);
  const matrices = [...tensors].filter(([, { shape }]) => shape.length === 2).map(([key]) => key);
  const [chosen = name] = name === undefined && matrices.length === 1 ? matrices : [];
  const place = chosen === undefined ? undefined : tensors.get(chosen);
  if (chosen === undefined || place?.shape.length !== 2) {
    const list = matrices.length ? matrices.join(', ') : 'none';
    const rule =
      name === undefined
        ? 'must hold one matrix, or the name of one must be given'
        : `must hold a matrix '${name}'`;
    const hint = name === undefined ? '' : suggestion(name, matrices);
    throw new TypeError(`${where} ${rule}, got ${list}.${hint}`);
  }
  const numbers = Object.hasOwn(tensorNumbers, place.dtype)
    ? tensorNumbers[place.dtype]
    : undefined;
  if (!numbers) {
    const known = Object.keys(tensorNumbers).join(', ');
    throw new TypeError(
      `${where}: ${chosen} must have one of the types ${known}, got ${place.dtype}.`,
    );
  }
  checkTensor(chosen, { place, bytes: numbers.bytes, fileSize, where });
  const [rows = 0, columns = 0] = place.shape;
  if (Math.max(rows, columns) > fileSize) {
    const got = `[${rows}, ${columns}]`;
    throw new RangeError(`${where}: ${chosen} must have a shape that fits the file, got ${got}.`);
  }
  return { rows, columns, dtype: place.dtype, numbers, start: place.start, fortranOrder: false };
}
