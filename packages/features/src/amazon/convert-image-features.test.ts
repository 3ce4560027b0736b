import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readNpy } from '../files/read-npy.js';
import { convertImageFeatures } from './convert-image-features.js';

const record = (id: string, numbers: number[]) =>
  Buffer.concat([Buffer.from(id, 'latin1'), Buffer.from(Float32Array.from(numbers).buffer)]);

function temporaryFile(content: Uint8Array, name = 'images.b'): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-features-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

it.each(['images.b', 'images.b.gz'])('puts each item in its row: %s', async (name) => {
  // More than one chunk, so that records lie across chunks.
  const columns = 4096;
  const numbers = (seed: number) =>
    Array.from({ length: columns }, (_, at) => Math.fround(seed + at / 7));
  const ids = Array.from({ length: 150 }, (_, n) => `B${String(n).padStart(9, '0')}`);
  const content = Buffer.concat([
    ...ids.map((id, n) => record(id, numbers(n))),
    record('B000000003', numbers(999)),
  ]);
  const source = temporaryFile(name.endsWith('.gz') ? gzipSync(content) : content, name);
  const target = `${source}.npy`;
  const itemIds = ['B000000149', 'none', 'B000000000', 'B000000003'];
  let bytes = 0;
  const report = await convertImageFeatures(source, target, {
    itemIds,
    onBytes: (n) => (bytes += n),
  });
  expect(report).toEqual({ shape: [4, columns], records: 151, missing: 1 });
  expect(bytes).toBe(name.endsWith('.gz') ? gzipSync(content).length : content.length);
  const { shape, data } = await readNpy(target);
  expect(shape).toEqual([4, columns]);
  const expected = [numbers(149), Array<number>(columns).fill(0), numbers(0), numbers(3)].flat();
  expect([...data]).toEqual(expected);
});

it('makes a file of zeros of an empty source', async () => {
  const source = temporaryFile(new Uint8Array(0));
  const options = { itemIds: ['B000000001'], columns: 3 };
  expect(await convertImageFeatures(source, `${source}.npy`, options)).toEqual({
    shape: [1, 3],
    records: 0,
    missing: 1,
  });
  expect([...(await readNpy(`${source}.npy`)).data]).toEqual([0, 0, 0]);
});

const good = record('B000000001', [1, 2]);
const cases: [string, Uint8Array, string][] = [
  [
    'a truncated record',
    Buffer.concat([good, good.subarray(0, 12)]),
    'images.b: byte 18: must have records of 18 bytes, got the end after 12. The file is truncated, or its records are not of 2 numbers.',
  ],
  [
    'an id that is none',
    Buffer.concat([good, record('B00000000\n', [1, 2])]),
    'images.b: byte 18: must have an ASIN of ten letters or digits, got "B00000000\\n". Records of 2 numbers are expected.',
  ],
  [
    'a number that is none',
    record('B000000001', [1, NaN]),
    'images.b: byte 0: the numbers of B000000001 must be finite, got NaN at position 1.',
  ],
];
it.each(cases)('refuses %s and leaves nothing', async (_, content, message) => {
  const source = temporaryFile(content);
  const options = { itemIds: ['B000000001'], columns: 2 };
  await expect(convertImageFeatures(source, `${source}.npy`, options)).rejects.toThrow(
    new RangeError(`convertImageFeatures: ${message}`),
  );
  expect(existsSync(`${source}.npy`)).toBe(false);
});

it('refuses damaged gzip, a missing file, and no columns', async () => {
  const source = temporaryFile(gzipSync(good).subarray(0, 20), 'images.b.gz');
  const options = { itemIds: [], columns: 2 };
  await expect(convertImageFeatures(source, `${source}.npy`, options)).rejects.toThrow(
    'convertImageFeatures: images.b.gz: must be an undamaged gzip file, got: unexpected end of file.',
  );
  await expect(convertImageFeatures('nowhere.b', `${source}.npy`, options)).rejects.toThrow(
    'convertImageFeatures: nowhere.b must exist, got nothing.',
  );
  await expect(
    convertImageFeatures('nowhere.b', `${source}.npy`, { itemIds: [], columns: 0 }),
  ).rejects.toThrow(new RangeError('convertImageFeatures: columns must be an integer ≥ 1, got 0.'));
});
