import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './database.js';
import { describeItem } from './describe-item.js';
import { importInteractions } from './import-interactions.js';
import { parsePythonLiteral } from './python-literal.js';
import { readRecords } from './read-records.js';
import { describeSource } from './source-file.js';

const numRuns = process.env['MMREC_SOAK'] ? 10_000 : 300;
const timeout = process.env['MMREC_SOAK'] ? 3_600_000 : 120_000;

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-fuzz-'));
  database = await openDatabase(join(folder, 'work'), { memoryLimit: '300MB', threads: 1 });
  return () => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
});
// A hostile file must not make the process grow without bound.
afterAll(() => expect(process.memoryUsage().rss).toBeLessThan(1.5e9));

/** Changes to bytes: bits flipped, cut off, repeated, overwritten with nonsense. */
const damage = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'cut', 'repeat', 'overwrite'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 3 },
);
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Uint8Array, changes: Damage): Buffer {
  let result = Buffer.from(bytes);
  for (const { kind, at, byte, length } of changes) {
    const place = Math.min(result.length - 1, Math.floor(at * result.length));
    if (place < 0) break;
    if (kind === 'flip') result[place]! ^= 1 << (byte % 8);
    if (kind === 'cut') result = result.subarray(0, place);
    if (kind === 'repeat') {
      result = Buffer.concat([result.subarray(0, place + length), result.subarray(place)]);
    }
    if (kind === 'overwrite') result.fill(byte, place, Math.min(result.length, place + length));
  }
  return result;
}

const rows = Array.from({ length: 40 }, (_, row) => ({
  u: `user ${row % 7}`,
  i: `B${row}`,
  n: row,
}));
const json = Buffer.from(
  rows.map((row) => `${JSON.stringify({ ...row, text: '"é" {' })}\n`).join(''),
);
const csv = Buffer.from(
  `u,i,n,text\n${rows.map(({ u, i, n }) => `"${u}",${i},${n},"a ""b""\nc"\n`).join('')}`,
);
const original = rows.map(({ u, i }) => [u, i]);

/** What a file's rows say, or the error that it is refused with. */
async function readAll(
  name: string,
  bytes: Uint8Array,
  isPlain = true,
): Promise<unknown[] | Error> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const cells: unknown[] = [];
  const names = ['u', 'i'];
  const add = (row: readonly unknown[]) => void cells.push([...row]);
  try {
    await readRecords(describeSource(path), { names, required: names, add, isPlain });
    return cells;
  } catch (error) {
    return error as Error;
  }
}

const refusal = (name: string) => new RegExp(`^prepareDataset: ${name.replaceAll('.', '\\.')}[:]`);

describe('damaged files give an error that names them, or what they say', () => {
  it(
    'JSON lines: picking says what parsing says',
    async () => {
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const bytes = damaged(json, changes);
          const picked = await readAll('a.jsonl', bytes);
          const parsed = await readAll('a.jsonl', bytes, false);
          for (const outcome of [picked, parsed]) {
            if (outcome instanceof Error) expect(outcome.message).toMatch(refusal('a.jsonl'));
          }
          // Picking passes over what is not wanted, so it may read what parsing refuses.
          if (!(parsed instanceof Error)) expect(picked).toEqual(parsed);
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it.each([['a.jsonl.gz', json] as const, ['a.csv.gz', csv] as const])(
    '%s: nothing but what was compressed',
    async (name, content) => {
      const compressed = gzipSync(content);
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const outcome = await readAll(name, damaged(compressed, changes));
          if (outcome instanceof Error) expect(outcome.message).toMatch(refusal(name));
          else expect(outcome).toEqual(original);
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it(
    'CSV',
    async () => {
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const outcome = await readAll('a.csv', damaged(csv, changes));
          if (outcome instanceof Error) expect(outcome.message).toMatch(refusal('a.csv'));
          else expect(outcome.length).toBeLessThanOrEqual(2 * original.length);
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it(
    'Parquet, read by the engine',
    async () => {
      const table = new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'u', data: rows.map(({ u }) => u), type: 'STRING' },
            { name: 'i', data: rows.map(({ i }) => i), type: 'STRING' },
          ],
        }),
      );
      const path = join(folder, 'a.parquet');
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          writeFileSync(path, damaged(table, changes));
          try {
            const count = await importInteractions(database, {
              sources: [describeSource(path)],
              columns: { user: 'u', item: 'i' },
              onProgress: () => undefined,
            });
            expect(count).toBeGreaterThan(0);
          } catch (error) {
            expect((error as Error).message).toMatch(refusal('a.parquet'));
          }
        }),
        { numRuns },
      );
    },
    timeout,
  );
});

describe('Python literals', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  /** As Python's `repr` writes it. */
  function repr(inner: unknown): string {
    if (inner === null) return 'None';
    if (inner === true) return 'True';
    if (inner === false) return 'False';
    if (typeof inner === 'string') return reprText(inner);
    if (Array.isArray(inner)) return `[${inner.map(repr).join(', ')}]`;
    if (typeof inner !== 'object') return String(inner as number);
    return `{${Object.entries(inner)
      .map(([key, held]) => `${reprText(key)}: ${repr(held)}`)
      .join(', ')}}`;
  }

  function reprText(text: string): string {
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    const escaped = Array.from(text, (character) => {
      const code = character.codePointAt(0)!;
      if (character === mark || character === '\\') return `\\${character}`;
      if (code >= 32 && code < 127) return character;
      if (code < 256) return `\\x${code.toString(16).padStart(2, '0')}`;
      if (code < 65536) return `\\u${code.toString(16).padStart(4, '0')}`;
      return `\\U${code.toString(16).padStart(8, '0')}`;
    });
    return mark + escaped.join('') + mark;
  }

  it(
    'come back as they were written',
    () => {
      fc.assert(
        fc.property(value, (written) => {
          const read: unknown = parsePythonLiteral(repr(written));
          // Whole numbers past 2^53 come back exact, as bigint.
          const text = JSON.stringify(read, (_, inner: unknown) =>
            typeof inner === 'bigint' ? Number(inner) : inner,
          );
          expect(text).toBe(JSON.stringify(written));
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it(
    'that are broken give a syntax error or a value, and describe an item or nothing',
    () => {
      fc.assert(
        fc.property(value, damage, (written, changes) => {
          const text = damaged(Buffer.from(repr(written)), changes).toString('utf8');
          let read: unknown;
          try {
            read = parsePythonLiteral(text);
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
            return;
          }
          const description = describeItem({ title: read, categories: read, imageUrl: read });
          expect(JSON.stringify(description)).toBeTypeOf('string');
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it('takes time in proportion to its length', () => {
    const long = `{${Array.from({ length: 20_000 }, (_, n) => `'key ${n}': ['${'x'.repeat(50)}', ${n}.5]`).join(', ')}}`;
    expect(Object.keys(parsePythonLiteral(long) as object)).toHaveLength(20_000);
    const quotes = `'${"\\'".repeat(500_000)}'`;
    expect(parsePythonLiteral(quotes)).toHaveLength(500_000);
  });
});
