import { open, type FileHandle } from 'node:fs/promises';
import { orExplain } from '../or-explain.js';
import { readNpyLayout } from './npy-layout.js';
import type { NpyNumbers } from './npy-numbers.js';

/** An array read from a NumPy file. */
export interface NpyArray {
  /** One or two sizes. */
  readonly shape: readonly number[];
  /** NumPy's type string of the file, such as `<f2`. */
  readonly dtype: string;
  /** Row-major whatever the file's order, as float32, `[product of shape]`. */
  readonly data: Float32Array;
}

/** Bytes read at a time, a multiple of every type's size. */
const chunkBytes = 1 << 22;

/**
 * Reads a vector or matrix from a NumPy `.npy` file as float32.
 *
 * Format versions 1 to 3; types `<f2`, `<f4`, `<f8` (rounded), `|b1`, `|i1`, `|u1`, `<i4` and `<i8`;
 * C and Fortran order. Beside the result it holds 4 MiB (for Fortran order: the result twice).
 * Values are taken as they are, NaN and Infinity included.
 *
 * @throws {Error} If the file doesn't exist.
 * @throws {TypeError} If it is no npy file, or its version or type is not read.
 * @throws {RangeError} If it has not one or two dimensions, or is shorter or longer than its shape
 * asks for.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example
 * ```ts
 * await writeNpy('features.npy', { rows: 2, columns: 1, data: Float32Array.of(0.5, 2) });
 * const { shape, dtype, data } = await readNpy('features.npy');
 * shape // => [2, 1]
 * dtype // => '<f4'
 * [...data] // => [0.5, 2]
 * ```
 */
export async function readNpy(file: string): Promise<NpyArray> {
  const handle = await orExplain(open(file, 'r'), `readNpy: ${file}`);
  try {
    const { shape, dtype, numbers, start, fortranOrder } = await readNpyLayout(handle, file);
    const count = shape.reduce((product, size) => product * size, 1);
    const data = await readNumbers(handle, numbers, { count, start });
    return { shape, dtype, data: fortranOrder ? toRowMajor(data, shape) : data };
  } finally {
    await handle.close();
  }
}

async function readNumbers(
  handle: FileHandle,
  { bytes, convert }: NpyNumbers,
  { count, start }: { count: number; start: number },
): Promise<Float32Array> {
  const data = new Float32Array(count);
  const chunk = new Uint8Array(Math.min(chunkBytes, count * bytes));
  for (let done = 0; done < count; done += chunkBytes / bytes) {
    const target = data.subarray(done, done + chunkBytes / bytes);
    const wanted = target.length * bytes;
    for (let got = 0; got < wanted;) {
      const position = start + done * bytes + got;
      const { bytesRead } = await handle.read(chunk, got, wanted - got, position);
      if (bytesRead === 0) throw new Error('readNpy: the file was shortened while it was read.');
      got += bytesRead;
    }
    convert(chunk.buffer, target);
  }
  return data;
}

/** Row-major copy of a matrix that lies column by column. */
function toRowMajor(data: Float32Array, [rows = 0, columns = 1]: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) out[row * columns + column] = data[column * rows + row]!;
  }
  return out;
}
