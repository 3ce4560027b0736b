import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from './read-npy.js';
import { writeNpy } from './write-npy.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/${name}.npy`, import.meta.url));
const matrix = [1.5, -2, 0.25, 1 / 3, 0, 1e-3, 65504, -7, 3, 4, 5, 6];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmrec-npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The bytes of a version 1 file with a header of one's own. */
function npyBytes(dictionary: string, numbers: Uint8Array): Buffer {
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dictionary}\n`, 'latin1');
  header.writeUInt16LE(header.length - 10, 8);
  return Buffer.concat([header, numbers]);
}

describe('readNpy', () => {
  for (const [name, dtype, digits] of [
    ['f2-c', '<f2', 3],
    ['f2-fortran', '<f2', 3],
    ['f4-c', '<f4', 7],
    ['f4-fortran', '<f4', 7],
    ['f8-c', '<f8', 7],
    ['f8-fortran', '<f8', 7],
    ['version-2', '<f4', 7],
    ['version-3', '<f4', 7],
  ] as const) {
    it(`reads ${name}, written by NumPy, row by row`, async () => {
      const array = await readNpy(fixture(name));
      expect(array.shape).toEqual([3, 4]);
      expect(array.dtype).toBe(dtype);
      expect(array.data).toBeInstanceOf(Float32Array);
      expect(array.data.length).toBe(12);
      matrix.forEach((value, at) => expect(array.data[at]).toBeCloseTo(value, digits));
    });
  }

  it('rounds float64 to float32', async () => {
    expect((await readNpy(fixture('f8-c'))).data).toEqual(Float32Array.from(matrix));
  });

  it('reads special half-precision values exactly', async () => {
    const { shape, data } = await readNpy(fixture('vector-f2'));
    expect(shape).toEqual([8]);
    const expected = [2 ** -24, 2 ** -14, 1023 * 2 ** -24, -0, 65504, Infinity, -Infinity, NaN];
    expect([...data]).toEqual(expected);
  });

  it('reads booleans and integers', async () => {
    for (const name of ['i1', 'u1', 'i4', 'i8']) {
      expect([...(await readNpy(fixture(name))).data]).toEqual([0, 1, 1, 1, 3, 100]);
    }
    expect([...(await readNpy(fixture('b1'))).data]).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('reads arrays of more than one chunk', async () => {
    const [rows, columns] = [3, 700_001];
    const data = Float32Array.from({ length: rows * columns }, (_, at) => at % 9973);
    const file = join(folder, 'large.npy');
    await writeNpy(file, { rows, columns, data });
    const array = await readNpy(file);
    expect(array.shape).toEqual([rows, columns]);
    expect(Buffer.compare(Buffer.from(array.data.buffer), Buffer.from(data.buffer))).toBe(0);
  });

  it('reads headers that NumPy did not write: other order, quotes, unaligned, Python 2', async () => {
    const file = join(folder, 'odd.npy');
    const header = `{"shape":(2L,1L),"fortran_order":False,"descr":"<f4"}`;
    await writeFile(file, npyBytes(header, new Uint8Array(Float32Array.of(1.5, 2).buffer)));
    expect(await readNpy(file)).toEqual({
      shape: [2, 1],
      dtype: '<f4',
      data: Float32Array.of(1.5, 2),
    });
  });

  it('reads arrays without numbers', async () => {
    const file = join(folder, 'empty.npy');
    await writeNpy(file, { rows: 0, columns: 3, data: new Float32Array(0) });
    expect(await readNpy(file)).toMatchObject({ shape: [0, 3], data: new Float32Array(0) });
  });

  it('says how many bytes a truncated or too long file has and should have', async () => {
    const bytes = await readFile(fixture('f4-c'));
    const file = join(folder, 'cut.npy');
    expect(bytes.length).toBe(176);
    await writeFile(file, bytes.subarray(0, 175));
    await expect(readNpy(file)).rejects.toThrow(
      `readNpy: ${file} is truncated: it must have 176 bytes for its shape, got 175.`,
    );
    await writeFile(file, Buffer.concat([bytes, Buffer.alloc(2)]));
    await expect(readNpy(file)).rejects.toThrow(
      `readNpy: ${file} has bytes after its array: it must have 176 bytes for its shape, got 178.`,
    );
    await writeFile(file, bytes.subarray(0, 100));
    await expect(readNpy(file)).rejects.toThrow(
      `readNpy: ${file} must have at least 128 bytes for its header, got 100.`,
    );
    await writeFile(file, bytes.subarray(0, 9));
    await expect(readNpy(file)).rejects.toThrow(
      `readNpy: ${file} must have at least 10 bytes for its header, got 9.`,
    );
  });

  it('refuses other files, versions, types and ranks', async () => {
    const file = join(folder, 'bad.npy');
    const rejects = (path: string, rest: string) =>
      expect(readNpy(path)).rejects.toThrow(`readNpy: ${path} ${rest}`);
    await writeFile(file, '');
    await rejects(file, 'must be a NumPy .npy file, got other content.');
    await writeFile(file, Buffer.from('\x93NUMPY\x04\x00\x00\x00\x00\x00', 'latin1'));
    await rejects(file, 'must have npy version 1, 2 or 3, got 4.');
    await writeFile(file, npyBytes('{}', new Uint8Array(0)));
    await rejects(file, "must have a header with descr, fortran_order and shape, got '{}'.");
    const types = '<f2, <f4, <f8, |b1, |u1, |i1, <i4, <i8';
    await rejects(fixture('big-endian'), `must have one of the types ${types}, got >f4.`);
    await rejects(fixture('structure'), `must have one of the types ${types}, got a structure.`);
    await rejects(fixture('cube'), 'must have 1 or 2 dimensions, got shape [2, 3, 4].');
    await rejects(fixture('scalar'), 'must have 1 or 2 dimensions, got shape [].');
    await rejects(join(folder, 'absent.npy'), 'must exist, got nothing.');
  });
});

describe('writeNpy', () => {
  it('writes the very bytes that NumPy writes', async () => {
    const file = join(folder, 'written.npy');
    await writeNpy(file, { rows: 3, columns: 4, data: Float32Array.from(matrix) });
    expect(await readFile(file)).toEqual(await readFile(fixture('f4-c')));
  });

  it('writes a part of a larger array, replacing the file', async () => {
    const file = join(folder, 'part.npy');
    const all = Float32Array.of(1, 2, 3, 4);
    await writeNpy(file, { rows: 1, columns: 4, data: all });
    await writeNpy(file, { rows: 2, columns: 1, data: all.subarray(1, 3) });
    expect([...(await readNpy(file)).data]).toEqual([2, 3]);
  });

  it('leaves nothing behind and the old file alone when it fails', async () => {
    const own = await mkdtemp(join(folder, 'fail-'));
    const one = { rows: 1, columns: 1, data: Float32Array.of(1) };
    await writeNpy(join(own, 'kept.npy'), one);
    await expect(writeNpy(join(own, 'kept.npy'), { ...one, rows: 2 })).rejects.toThrow(
      'writeNpy: matrix must hold rows × columns numbers, got [2, 1] with 1 numbers.',
    );
    // A file can't replace a folder: this fails at the last step, after all was written.
    await mkdir(join(own, 'folder.npy'));
    await expect(writeNpy(join(own, 'folder.npy'), one)).rejects.toThrow();
    expect((await readdir(own)).sort()).toEqual(['folder.npy', 'kept.npy']);
    expect([...(await readNpy(join(own, 'kept.npy'))).data]).toEqual([1]);
  });
});
