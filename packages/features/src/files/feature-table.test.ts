import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '@mmrec/core';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { tableOfMatrix } from './feature-table.js';
import { float16Values, toFloat16 } from './float16.js';
import { openFeatureTable } from './open-feature-table.js';
import { readNpy } from './read-npy.js';
import { writeSafetensors } from './safetensors.js';
import { temporaryFile } from './temporary-file.js';
import { writeFeatureTable } from './write-feature-table.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/${name}.npy`, import.meta.url));
const matrix = [1.5, -2, 0.25, 1 / 3, 0, 1e-3, 65504, -7, 3, 4, 5, 6];

function randomMatrix(rows: number, columns: number): Float32Array {
  const stream = createRng(5).stream('matrix');
  return Float32Array.from({ length: rows * columns }, () => stream.normal());
}

/** All numbers of a file, read three rows at a time. */
async function readAll(file: string): Promise<number[]> {
  const table = await openFeatureTable(file);
  const numbers: number[] = [];
  for await (const { data } of table.blocks(3)) numbers.push(...data);
  await table.close();
  return numbers;
}

describe('half precision', () => {
  it('rounds every half to itself', () => {
    const values = float16Values();
    const halves = toFloat16(values);
    for (let bits = 0; bits < 0x10000; bits++) {
      if (Number.isNaN(values[bits])) expect(halves[bits]! & 0x7fff).toBeGreaterThan(0x7c00);
      else expect(halves[bits]).toBe(bits);
    }
  });

  it('rounds what lies between two halves to the nearer, and the middle to the even one', () => {
    const values = float16Values();
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [values[bits]!, values[bits + 1]!];
      const middle = (low + high) / 2;
      const below = Math.fround(middle - (high - low) / 64);
      const above = Math.fround(middle + (high - low) / 64);
      const even = bits & 1 ? bits + 1 : bits;
      expect([...toFloat16(Float32Array.of(below, middle, above, -middle))]).toEqual([
        bits,
        even,
        bits + 1,
        even | 0x8000,
      ]);
    }
    expect([...toFloat16(Float32Array.of(65519, 65520, 1e30, 2 ** -26))]).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0,
    ]);
  });
});

describe.each(['.npy', '.safetensors', '.parquet'])('a %s table', (format) => {
  it.each([
    { rows: 11, columns: 5 },
    { rows: 1, columns: 1 },
    { rows: 700, columns: 3 },
  ])('gives back $rows × $columns numbers as they were', async ({ rows, columns }) => {
    const file = temporaryFile(`matrix${format}`);
    const data = randomMatrix(rows, columns);
    const blocks = [data.subarray(0, columns), data.subarray(columns)];
    await writeFeatureTable(file, { rows, columns, blocks });
    expect(await readAll(file)).toEqual([...data]);
  });

  it('holds half precision in half of the room', async () => {
    const [rows, columns] = [400, 50];
    const data = randomMatrix(rows, columns);
    const files = ['float32', 'float16'].map((storage) => temporaryFile(`${storage}${format}`));
    const contents = { rows, columns, blocks: [data] };
    await writeFeatureTable(files[0]!, contents);
    await writeFeatureTable(files[1]!, { ...contents, storage: 'float16' });
    const table = float16Values();
    expect(await readAll(files[1]!)).toEqual([...toFloat16(data)].map((bits) => table[bits]));
    const [whole, half] = files.map((file) => readFileSync(file).length);
    expect(half! / whole!).toBeLessThan(0.55);
  });

  it('reads rows in any order, some twice, and no others', async () => {
    const file = temporaryFile(`matrix${format}`);
    const data = Float32Array.from({ length: 20 }, (_, at) => at);
    await writeFeatureTable(file, { rows: 10, columns: 2, blocks: [data] });
    const table = await openFeatureTable(file);
    expect([table.rows, table.columns]).toEqual([10, 2]);
    expect([...(await table.readRows([7, 8, 9, 0, 7]))]).toEqual([
      14, 15, 16, 17, 18, 19, 0, 1, 14, 15,
    ]);
    expect(await table.readRows([])).toHaveLength(0);
    await expect(table.readRows([3, 10])).rejects.toThrow(
      new RangeError('readRows: rows must be integers from 0 to 9, got 10.'),
    );
    await expect(table.readBlock(8, 11)).rejects.toThrow(
      new RangeError('readBlock: rows must lie between 0 and 10, got 8 to 11.'),
    );
    await table.close();
  });

  it('is not written with too few or too many numbers, or numbers too large for it', async () => {
    const file = temporaryFile(`matrix${format}`);
    for (const count of [3, 5]) {
      const blocks = [new Float32Array(count)];
      await expect(writeFeatureTable(file, { rows: 2, columns: 2, blocks })).rejects.toThrow(
        `writeFeatureTable: ${file} must get 2 rows of 2 numbers, got ${count} of the 4 numbers.`,
      );
    }
    const contents = { rows: 2, columns: 1, blocks: [Float32Array.of(1, -65520)] };
    await expect(writeFeatureTable(file, { ...contents, storage: 'float16' })).rejects.toThrow(
      `writeFeatureTable: ${file}: float16 holds numbers up to 65504, got -65520 in row 1, column 0. Scale the features, or store float32.`,
    );
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });
});

describe('openFeatureTable', () => {
  it('reads Fortran order by rows, in every precision', async () => {
    for (const name of ['f2-fortran', 'f4-fortran', 'f8-fortran']) {
      const table = await openFeatureTable(fixture(name));
      const { data } = await readNpy(fixture(name));
      expect(await table.readRows([2, 0])).toEqual(
        Float32Array.of(...data.subarray(8, 12), ...data.subarray(0, 4)),
      );
      await table.close();
    }
    expect(await readAll(fixture('f8-fortran'))).toEqual([...Float32Array.from(matrix)]);
  });

  it('refuses vectors, structures, other endings and files that are not there', async () => {
    await expect(openFeatureTable(fixture('vector-f2'))).rejects.toThrow(
      `openFeatureTable: ${fixture('vector-f2')} must have shape [items, features], got [8].`,
    );
    await expect(openFeatureTable(fixture('structure'))).rejects.toThrow('got a structure.');
    await expect(openFeatureTable('features.csv')).rejects.toThrow(
      new TypeError(
        'openFeatureTable: features.csv must end in one of .npy, .safetensors, .parquet.',
      ),
    );
    for (const name of ['absent.npy', 'absent.safetensors', 'absent.parquet']) {
      await expect(openFeatureTable(name)).rejects.toThrow(
        `openFeatureTable: ${name} must exist, got nothing.`,
      );
    }
  });

  it('takes the only matrix of a safetensors file, or the one named', async () => {
    const file = temporaryFile('model.safetensors');
    const users = { shape: [1, 2], data: Float32Array.of(1, 2) };
    const items = { shape: [2, 1], data: Int32Array.of(3, 4) };
    const bias = { shape: [2], data: Float32Array.of(5, 6) };
    await writeSafetensors(file, { tensors: { users, items, bias } });
    await expect(openFeatureTable(file)).rejects.toThrow(
      `openFeatureTable: ${file} must hold one matrix, or the name of one must be given, got users, items.`,
    );
    await expect(openFeatureTable(file, { name: 'user' })).rejects.toThrow(
      `openFeatureTable: ${file} must hold a matrix 'user', got users, items. Did you mean 'users'?`,
    );
    const table = await openFeatureTable(file, { name: 'items' });
    expect([...(await table.readRows([1, 0]))]).toEqual([4, 3]);
    await table.close();
  });

  it('reads bfloat16', async () => {
    const header = JSON.stringify({ x: { dtype: 'BF16', shape: [1, 2], data_offsets: [0, 4] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    // The upper halves of 1.5 and −2 as float32.
    const numbers = Uint8Array.of(0xc0, 0x3f, 0x00, 0xc0);
    const file = temporaryFile(
      'b.safetensors',
      Buffer.concat([length, Buffer.from(header), numbers]),
    );
    expect(await readAll(file)).toEqual([1.5, -2]);
  });

  it('reads Parquet tables of others: packed, with gaps in the dictionary, a column a feature, ids beside', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => [row % 3, row % 2, 0.5]);
    const numbers = rows.flat();
    const columns = [0, 1, 2].map((column) => ({
      name: `f${column}`,
      data: rows.map((row) => row[column]!),
      type: 'DOUBLE' as const,
    }));
    const ids = { name: 'id', data: rows.map((_, row) => `item ${row}`), type: 'STRING' as const };
    const wide = parquetWriteBuffer({ columnData: [ids, ...columns], rowGroupSize: 20 });
    expect(await readAll(temporaryFile('wide.parquet', new Uint8Array(wide)))).toEqual(numbers);
    const schema = [
      { name: 'root', num_children: 2 },
      { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'embedding', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'item', type: 'FLOAT', repetition_type: 'OPTIONAL' },
    ] as const;
    const lists = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ids.data },
        { name: 'embedding', data: rows },
      ],
      schema: [...schema],
      rowGroupSize: 20,
    });
    const file = temporaryFile('lists.parquet', new Uint8Array(lists));
    expect(await readAll(file)).toEqual(numbers);
    await expect(openFeatureTable(file, { name: 'embeding' })).rejects.toThrow(
      `openFeatureTable: ${file} must hold a column 'embeding' of lists of floating-point numbers, got embedding. Did you mean 'embedding'?`,
    );
  });

  it('refuses Parquet lists of different lengths and rows without a list, naming the row', async () => {
    for (const last of [[1], null]) {
      const bytes = parquetWriteBuffer({
        columnData: [{ name: 'x', data: [[1, 2], [3, 4], last] }],
        schema: [
          { name: 'root', num_children: 1 },
          { name: 'x', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
          { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
          { name: 'item', type: 'FLOAT', repetition_type: 'OPTIONAL' },
        ],
      });
      const file = temporaryFile('ragged.parquet', new Uint8Array(bytes));
      const got = last ? '1' : 'none';
      await expect(openFeatureTable(file)).rejects.toThrow(
        `openFeatureTable: ${file} must be a sound Parquet file, got: row 2 must have a list of 2 numbers, got ${got}.`,
      );
    }
  });
});

it('reads a matrix in memory like a file', async () => {
  const table = tableOfMatrix({ rows: 3, columns: 1, data: Float32Array.of(1, 2, 3) });
  expect([...(await table.readRows([2, 0]))]).toEqual([3, 1]);
});
