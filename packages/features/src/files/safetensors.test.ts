import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.js';

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-safetensors-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'model.safetensors');
}

/** A file with a header of choice and some bytes of numbers. */
function fileOf(header: string, bytes: Uint8Array = new Uint8Array(0)): string {
  const file = temporaryFile();
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, bytes]));
  return file;
}

const tensors = {
  weights: { shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-30, 0, -0, 16777217) },
  'layer/ünïcode 名前 🧵': { shape: [3], data: Int32Array.of(-1, 0, 2147483647) },
  scalar: { shape: [], data: Float32Array.of(7) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
};

describe('safetensors', () => {
  it('come back as they were, float32 and int32, whatever their names', async () => {
    const file = temporaryFile();
    const metadata = { 'made by': 'tést', version: '1' };
    await writeSafetensors(file, { tensors, metadata });
    expect(await readSafetensors(file)).toEqual({ tensors, metadata });
  });

  it('are laid out as the format says', async () => {
    const file = temporaryFile();
    await writeSafetensors(file, { tensors: { a: { shape: [2], data: Int32Array.of(1, -1) } } });
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
      __metadata__: {},
      a: { dtype: 'I32', shape: [2], data_offsets: [0, 8] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([1, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('read what others wrote: no metadata, any order, numbers at any byte', async () => {
    const numbers = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    const file = fileOf(
      '{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}',
      numbers,
    );
    expect(await readSafetensors(file)).toEqual({
      tensors: {
        b: { shape: [1], data: Float32Array.of(-2) },
        a: { shape: [1, 1], data: Float32Array.of(1.5) },
      },
      metadata: {},
    });
  });

  it('are not views of the file or of the tensors written', async () => {
    const file = temporaryFile();
    const shared = Float32Array.of(9, 1, 2, 9);
    await writeSafetensors(file, {
      tensors: { part: { shape: [2], data: shared.subarray(1, 3) } },
    });
    expect((await readSafetensors(file)).tensors['part']!.data).toEqual(Float32Array.of(1, 2));
  });

  it('leave the earlier file and nothing else when they do not fit', async () => {
    const file = temporaryFile();
    await writeSafetensors(file, { tensors: {} });
    const before = readFileSync(file);
    const wrong = { wrong: { shape: [2, 2], data: new Float32Array(3) } };
    await expect(writeSafetensors(file, { tensors: wrong })).rejects.toThrow(
      new RangeError('writeSafetensors: wrong must hold 4 numbers for shape [2, 2], got 3.'),
    );
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(join(file, '..'))).toEqual(['model.safetensors']);
  });

  it.each([0, 7, 8, 60])('refuse a file cut to %d bytes', async (length) => {
    const file = temporaryFile();
    await writeSafetensors(file, { tensors });
    truncateSync(file, length);
    await expect(readSafetensors(file)).rejects.toThrow(
      new RangeError(
        `readSafetensors: ${file}: the header must fit the file, got ${length} bytes: the file is truncated.`,
      ),
    );
  });

  it('refuse a file whose numbers are cut off, naming the tensor', async () => {
    const file = temporaryFile();
    await writeSafetensors(file, { tensors: { first: tensors.scalar, last: tensors.weights } });
    truncateSync(file, readFileSync(file).length - 4);
    await expect(readSafetensors(file)).rejects.toThrow(
      new RangeError(
        `readSafetensors: ${file}: last must take 24 bytes, got 20: the file is truncated or damaged.`,
      ),
    );
  });

  it('refuse offsets that do not fit the shape', async () => {
    const file = fileOf(
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      new Uint8Array(8),
    );
    await expect(readSafetensors(file)).rejects.toThrow(
      `${file}: a must take 8 bytes, got 4: the file is truncated or damaged.`,
    );
  });

  it.each(['F16', 'BF16', 'I64', 'U8'])('refuse numbers of type %s', async (dtype) => {
    const file = fileOf(
      `{"a":{"dtype":"${dtype}","shape":[1],"data_offsets":[0,4]}}`,
      new Uint8Array(4),
    );
    await expect(readSafetensors(file)).rejects.toThrow(
      new RangeError(`readSafetensors: ${file}: a must be F32 or I32, got ${dtype}.`),
    );
  });

  it.each(['PK not json', '{"a":'])('refuse a header that is not JSON: %s', async (header) => {
    const file = fileOf(header);
    await expect(readSafetensors(file)).rejects.toThrow(RangeError);
    await expect(readSafetensors(file)).rejects.toThrow(
      `readSafetensors: ${file}: the header must be JSON: `,
    );
  });

  it.each([
    'null',
    '3',
    '{"a":null}',
    '{"a":{"dtype":"F32"}}',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}',
  ])('refuse a header that describes no tensors: %s', async (header) => {
    const file = fileOf(header, new Uint8Array(8));
    await expect(readSafetensors(file)).rejects.toThrow(`readSafetensors: ${file}: `);
    await expect(readSafetensors(file)).rejects.toThrow(RangeError);
  });
});
