import { clearMissingRows, writeFileAtomically, type FeatureMatrix } from '@mmrec/core';

/**
 * Writes a matrix as a NumPy `.npy` file: version 1, `<f4`, C order.
 *
 * The file appears whole or not at all: it is written under another name in the same folder,
 * flushed to the disk, and renamed, which replaces a file of that name.
 *
 * @param matrix - `[rows, columns]`; missing rows are written as zeros, the marks are not.
 * @throws {RangeError} If the data does not fit the shape.
 * @example
 * ```ts
 * await writeNpy('image_feat.npy', { rows: 1, columns: 2, data: Float32Array.of(1, 2) });
 * (await readNpy('image_feat.npy')).shape // => [1, 2]
 * ```
 */
export async function writeNpy(file: string, matrix: FeatureMatrix): Promise<void> {
  const { rows, columns, data } = clearMissingRows(matrix);
  if (data.length !== rows * columns) {
    const got = `[${rows}, ${columns}] with ${data.length} numbers`;
    throw new RangeError(`writeNpy: matrix must hold rows × columns numbers, got ${got}.`);
  }
  await writeFileAtomically(file, async (handle) => {
    await handle.writeFile(npyFileHeader({ rows, columns, dtype: '<f4' }));
    await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });
}

/** A version 1 header of a matrix in C order, padded so that the numbers start at a multiple of 64 bytes. */
export function npyFileHeader({
  rows,
  columns,
  dtype,
}: {
  readonly rows: number;
  readonly columns: number;
  readonly dtype: '<f2' | '<f4';
}): Buffer {
  const dictionary = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = Buffer.from(
    `\x93NUMPY\x01\x00\x00\x00${dictionary.padEnd(length - 11)}\n`,
    'latin1',
  );
  bytes.writeUInt16LE(length - 10, 8);
  return bytes;
}
