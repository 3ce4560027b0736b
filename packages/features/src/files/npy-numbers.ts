import { float16Values } from './float16.js';

/** How the numbers of one type lie in an npy file, and how they become float32. */
export interface NpyNumbers {
  /** Bytes a number. */
  readonly bytes: number;
  /** Converts `out.length` numbers; `buffer` starts at a multiple of 8 bytes. */
  convert(buffer: ArrayBuffer, out: Float32Array): void;
}

/**
 * The types read, by NumPy's names for them, little-endian as the machines that Node.js runs on.
 * float64 and integers beyond 2²⁴ are rounded to float32.
 */
export const npyNumbers: Readonly<Record<string, NpyNumbers>> = {
  '<f2': {
    bytes: 2,
    convert: (buffer, out) => {
      const table = float16Values();
      const bits = new Uint16Array(buffer, 0, out.length);
      for (let at = 0; at < out.length; at++) out[at] = table[bits[at]!]!;
    },
  },
  '<f4': { bytes: 4, convert: (buffer, out) => out.set(new Float32Array(buffer, 0, out.length)) },
  '<f8': { bytes: 8, convert: (buffer, out) => out.set(new Float64Array(buffer, 0, out.length)) },
  '|b1': { bytes: 1, convert: (buffer, out) => out.set(new Uint8Array(buffer, 0, out.length)) },
  '|u1': { bytes: 1, convert: (buffer, out) => out.set(new Uint8Array(buffer, 0, out.length)) },
  '|i1': { bytes: 1, convert: (buffer, out) => out.set(new Int8Array(buffer, 0, out.length)) },
  '<i4': { bytes: 4, convert: (buffer, out) => out.set(new Int32Array(buffer, 0, out.length)) },
  '<i8': {
    bytes: 8,
    convert: (buffer, out) => {
      const integers = new BigInt64Array(buffer, 0, out.length);
      for (let at = 0; at < out.length; at++) out[at] = Number(integers[at]!);
    },
  },
};
