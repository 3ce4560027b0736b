import type { FileHandle } from 'node:fs/promises';

/** What the header of a NumPy file says about the array behind it. */
export interface NpyHeader {
  /** NumPy's type string, such as `<f4`. */
  readonly dtype: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Position of the first number in the file, in bytes. */
  readonly dataOffset: number;
}

const magic = '\x93NUMPY';

/**
 * Reads the header of an npy file, format versions 1 to 3.
 *
 * @param file - Name for messages.
 * @throws {TypeError} If it is no npy file, or of another version.
 * @throws {RangeError} If the file ends within its header.
 */
export async function readNpyHeader(handle: FileHandle, file: string): Promise<NpyHeader> {
  const prefix = await readUpTo(handle, 12, 0);
  if (prefix.toString('latin1', 0, 6) !== magic) {
    throw new TypeError(`readNpy: ${file} must be a NumPy .npy file, got other content.`);
  }
  const version = prefix[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new TypeError(`readNpy: ${file} must have npy version 1, 2 or 3, got ${version}.`);
  }
  const start = version === 1 ? 10 : 12;
  if (prefix.length < start) throw truncatedHeader(file, start, prefix.length);
  const length = version === 1 ? prefix.readUInt16LE(8) : prefix.readUInt32LE(8);
  const { size } = await handle.stat();
  if (start + length > size) throw truncatedHeader(file, start + length, size);
  const bytes = await readUpTo(handle, length, start);
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1');
  return { ...parseHeader(text, file), dataOffset: start + length };
}

function truncatedHeader(file: string, expected: number, found: number): RangeError {
  return new RangeError(
    `readNpy: ${file} must have at least ${expected} bytes for its header, got ${found}.`,
  );
}

async function readUpTo(handle: FileHandle, length: number, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Reads the three entries of the Python dictionary that a header is. */
function parseHeader(text: string, file: string): Omit<NpyHeader, 'dataOffset'> {
  const dtype = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (!dtype || order === undefined || shape === undefined) {
    const got = text.trim().slice(0, 80);
    throw new TypeError(
      `readNpy: ${file} must have a header with descr, fortran_order and shape, got '${got}'.`,
    );
  }
  return {
    dtype: dtype[1] ?? 'a structure',
    fortranOrder: order === 'True',
    // Python 2 wrote sizes as `6710L`.
    shape: shape.split(',').flatMap((size) => (size.trim() ? [parseInt(size, 10)] : [])),
  };
}
