import type { FileHandle } from 'node:fs/promises';
import { readNpyHeader, type NpyHeader } from './npy-header.js';
import { npyNumbers, type NpyNumbers } from './npy-numbers.js';

/** How an array of one or two dimensions lies in an npy file. */
export interface NpyLayout {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly numbers: NpyNumbers;
  /** Position of the first number, in bytes. */
  readonly start: number;
  readonly fortranOrder: boolean;
}

/**
 * Reads an npy file's header and checks that the file is as long as it says, before anything is allocated.
 *
 * @param file - Name for messages.
 * @throws {TypeError} If it is no npy file, or its version or type is not read.
 * @throws {RangeError} If it has not one or two dimensions, or is shorter or longer than its shape asks for.
 */
export async function readNpyLayout(handle: FileHandle, file: string): Promise<NpyLayout> {
  const header = await readNpyHeader(handle, file);
  const { shape, dtype, fortranOrder, dataOffset: start } = header;
  const numbers = checkHeader(header, file);
  const count = shape.reduce((product, size) => product * size, 1);
  const { size } = await handle.stat();
  const expected = start + count * numbers.bytes;
  if (size !== expected) {
    const what = size < expected ? 'is truncated' : 'has bytes after its array';
    throw new RangeError(
      `readNpy: ${file} ${what}: it must have ${expected} bytes for its shape, got ${size}.`,
    );
  }
  // An array without numbers has room for no bytes, whatever its other size claims.
  if (shape.some((length) => length > size)) {
    const got = `[${shape.join(', ')}]`;
    throw new RangeError(`readNpy: ${file} must have a shape that fits ${size} bytes, got ${got}.`);
  }
  return { shape, dtype, numbers, start, fortranOrder };
}

function checkHeader({ dtype, shape }: NpyHeader, file: string): NpyNumbers {
  const numbers = Object.hasOwn(npyNumbers, dtype) ? npyNumbers[dtype] : undefined;
  if (!numbers) {
    const known = Object.keys(npyNumbers).join(', ');
    throw new TypeError(`readNpy: ${file} must have one of the types ${known}, got ${dtype}.`);
  }
  if (shape.length < 1 || shape.length > 2) {
    const got = `[${shape.join(', ')}]`;
    throw new RangeError(`readNpy: ${file} must have 1 or 2 dimensions, got shape ${got}.`);
  }
  return numbers;
}
