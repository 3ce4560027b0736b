import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { openFeatureTable } from './open-feature-table.js';
import { readNpy } from './read-npy.js';
import { readSafetensors, safetensorsHeader } from './safetensors.js';
import { temporaryFile } from './temporary-file.js';
import { writeFeatureTable } from './write-feature-table.js';

// Whatever is in a file, reading it ends with an error or with a matrix whose numbers it has room for, and takes
// no more memory than a small multiple of the file.

const numRuns = process.env['MMREC_SOAK'] ? 10_000 : 300;
const [rows, columns] = [40, 6];
const data = Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at));

/** What is done to a sound file. */
type Damage =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly bits: readonly number[] }
  | { readonly kind: 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array };

const place = fc.nat({ max: 0xffff });
/** Bytes that readers of lengths and varints like least, and any others. */
const nasty = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    Uint8Array.of(255, 255, 255, 255),
    Uint8Array.of(255, 255, 255, 255, 7),
    Uint8Array.of(255, 255, 255, 127),
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128),
    Uint8Array.of(254, 255, 255, 255, 15),
  ),
);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({
    kind: fc.constant('flip' as const),
    bits: fc.array(fc.nat({ max: 0x7ffff }), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('overwrite' as const), at: place, bytes: nasty }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: nasty }),
);

function damaged(sound: Uint8Array, change: Damage): Uint8Array {
  const bytes = Uint8Array.from(sound);
  if (change.kind === 'flip') {
    for (const bit of change.bits) bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
    return bytes;
  }
  const at = change.at % bytes.length;
  if (change.kind === 'cut') return bytes.subarray(0, at);
  if (change.kind === 'insert') {
    return Buffer.concat([bytes.subarray(0, at), change.bytes, bytes.subarray(at)]);
  }
  bytes.set(change.bytes.subarray(0, bytes.length - at), at);
  return bytes;
}

/** Reads a whole file as a table; the error's message where there is one. */
async function readTable(file: string): Promise<{ numbers: number } | { error: string }> {
  try {
    const table = await openFeatureTable(file);
    try {
      let numbers = 0;
      for await (const block of table.blocks()) {
        expect(block.data.length).toBe(block.rows * table.columns);
        numbers += block.data.length;
      }
      expect(numbers).toBe(table.rows * table.columns);
      return { numbers };
    } finally {
      await table.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return { error: (error as Error).message };
  }
}

const memory = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Asks that reading a file end well, and that it take little. */
async function expectSound(file: string, bytes: Uint8Array): Promise<void> {
  writeFileSync(file, bytes);
  const before = memory();
  const outcome = await readTable(file);
  // What the garbage collector has not yet freed counts as well, and little of it is the reader's.
  expect(memory() - before).toBeLessThan(100 * bytes.length + 2 ** 26);
  if ('error' in outcome) expect(outcome.error).toContain(file);
  else expect(outcome.numbers).toBeLessThanOrEqual(25 * bytes.length + 65_536);
}

async function soundFiles(): Promise<[string, Uint8Array][]> {
  const files: [string, Uint8Array][] = [];
  for (const format of ['.npy', '.safetensors', '.parquet']) {
    for (const storage of ['float32', 'float16'] as const) {
      const file = temporaryFile(`sound${format}`);
      await writeFeatureTable(file, { rows, columns, storage, blocks: [data] });
      files.push([format, readFileSync(file)]);
    }
  }
  const lists = Array.from({ length: rows }, (_, row) => [row % 3, row % 2, 0.5]);
  const schema = [
    { name: 'root', num_children: 1 },
    { name: 'x', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'item', type: 'FLOAT', repetition_type: 'OPTIONAL' },
  ] as const;
  const columnData = [{ name: 'x', data: lists }];
  files.push(['.parquet', new Uint8Array(parquetWriteBuffer({ columnData, schema: [...schema] }))]);
  return files;
}

describe.each(['.npy', '.safetensors', '.parquet'])('damaged %s files', (format) => {
  it('are read or refused, never more', async () => {
    const sound = (await soundFiles()).filter(([ending]) => ending === format);
    const file = temporaryFile(`damaged${format}`);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), damage, async (which, change) => {
        const [, bytes] = sound[which % sound.length]!;
        await expectSound(file, damaged(bytes, change));
      }),
      { numRuns, seed: 1 },
    );
  });
});

const size = fc.oneof(
  fc.nat({ max: 7 }),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53, 2 ** 60, 1e30, 65_536),
);

describe('hostile headers', () => {
  it('of npy files: huge and odd shapes', async () => {
    const file = temporaryFile('hostile.npy');
    const header = fc.record({
      shape: fc.array(size, { maxLength: 4 }),
      dtype: fc.constantFrom(
        '<f2',
        '<f4',
        '<f8',
        '|b1',
        '<i8',
        '|O',
        '<f16',
        'toString',
        '__proto__',
      ),
      order: fc.constantFrom('True', 'False'),
      length: fc.nat({ max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(header, async ({ shape, dtype, order, length }) => {
        const sizes = shape.map((value) => BigInt(value)).join(', ');
        const text = `{'descr': '${dtype}', 'fortran_order': ${order}, 'shape': (${sizes},), }\n`;
        const bytes = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text}`, 'latin1');
        bytes.writeUInt16LE(text.length, 8);
        await expectSound(file, Buffer.concat([bytes, new Uint8Array(length)]));
        await readNpy(file).then(
          ({ data: numbers }) => expect(numbers.length).toBeLessThanOrEqual(length),
          (error: unknown) => expect((error as Error).message).toContain(file),
        );
      }),
      { numRuns, seed: 2 },
    );
  });

  it('of safetensors files: huge shapes, offsets anywhere, bytes shared by many', async () => {
    const file = temporaryFile('hostile.safetensors');
    const tensor = fc.record({
      dtype: fc.constantFrom('F16', 'F32', 'I32', 'F64', 'BF16', 'U4', '__proto__'),
      shape: fc.array(size, { maxLength: 3 }),
      data_offsets: fc.tuple(size, size),
    });
    const tensors = fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(tensor, fc.jsonValue()), {
      maxKeys: 4,
    });
    await fc.assert(
      fc.asyncProperty(tensors, fc.nat({ max: 40 }), async (contents, length) => {
        const bytes = Buffer.concat([safetensorsHeader(contents), new Uint8Array(length)]);
        await expectSound(file, bytes);
        await readSafetensors(file).then(
          ({ tensors: read }) => {
            const numbers = Object.values(read).reduce(
              (sum, { data: some }) => sum + some.length,
              0,
            );
            expect(4 * numbers).toBeLessThanOrEqual(length);
          },
          (error: unknown) => expect((error as Error).message).toContain(file),
        );
      }),
      { numRuns, seed: 3 },
    );
  });
});
