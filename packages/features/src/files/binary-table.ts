import type { FileHandle } from 'node:fs/promises';
import { featureTable, type FeatureTable } from './feature-table.js';
import type { NpyNumbers } from './npy-numbers.js';
import { readBytes } from './read-bytes.js';

/** How a matrix lies in a file of plain numbers. */
export interface BinaryLayout {
  readonly rows: number;
  readonly columns: number;
  readonly dtype: string;
  readonly numbers: NpyNumbers;
  /** Position of the first number, in bytes. */
  readonly start: number;
  /** Column by column. */
  readonly fortranOrder: boolean;
}

/** A table over plain numbers in a file, which are read where they lie. */
export function binaryTable(handle: FileHandle, layout: BinaryLayout): FeatureTable {
  const { rows, columns, dtype, fortranOrder } = layout;
  return featureTable({
    rows,
    columns,
    dtype,
    readBlock: fortranOrder
      ? (from, to) => readColumns(handle, layout, { from, to })
      : (from, to) =>
          readNumbers(handle, layout, { at: from * columns, count: (to - from) * columns }),
    close: () => handle.close(),
  });
}

async function readNumbers(
  handle: FileHandle,
  { numbers: { bytes, convert }, start }: BinaryLayout,
  { at, count }: { at: number; count: number },
): Promise<Float32Array> {
  const out = new Float32Array(count);
  convert(await readBytes(handle, { start: start + at * bytes, length: count * bytes }), out);
  return out;
}

/** A stretch of each column, transposed. */
async function readColumns(
  handle: FileHandle,
  layout: BinaryLayout,
  { from, to }: { from: number; to: number },
): Promise<Float32Array> {
  const { rows, columns } = layout;
  const out = new Float32Array((to - from) * columns);
  for (let column = 0; column < columns; column++) {
    const part = { at: column * rows + from, count: to - from };
    const values = await readNumbers(handle, layout, part);
    for (let row = 0; row < values.length; row++) out[row * columns + column] = values[row]!;
  }
  return out;
}
