import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readTable, type ReadTableOptions, type TableFormat } from './read-table.js';
import { temporaryFile } from './temporary-folder.js';

const columns = { user: 'who', item: 'what' };
const all = { ...columns, label: 'split', rating: 'stars', timestamp: 'at' };

const parquet = (
  columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'],
  options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
) => new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

const time = Date.parse('2024-05-01T00:00:00Z');

/** One table in every format: ids as text and as numbers, quotes, a date. */
const contents: Record<string, string | Uint8Array> = {
  'likes.csv':
    '\uFEFFat,who,what,split,stars,note\n10,ann,"a, b",0,4.5,x\r\n\n20,7,c,2,1,\n2024-05-01T00:00:00Z,ann,c,1,2,"line\nbreak"\n',
  'likes.tsv':
    'at\twho\twhat\tsplit\tstars\tnote\n10\tann\ta, b\t0\t4.5\t5" pipe\n20\t7\tc\t2\t1\t\n2024-05-01T00:00:00Z\tann\tc\t1\t2\t\n',
  'likes.jsonl':
    '{"at": 10, "who": "ann", "what": "a, b", "split": 0, "stars": 4.5}\n\n{"who": 7, "what": "c", "split": 2, "stars": 1, "at": "20"}\r\n{"who": "ann", "what": "c", "split": "1", "stars": 2, "at": "2024-05-01T00:00:00Z"}',
  'likes.parquet': parquet([
    { name: 'who', data: ['ann', '7', 'ann'], type: 'STRING' },
    { name: 'what', data: ['a, b', 'c', 'c'], type: 'STRING' },
    { name: 'split', data: [0, 2, 1], type: 'INT32' },
    { name: 'stars', data: [4.5, 1, 2], type: 'DOUBLE' },
    { name: 'at', data: [10n, 20n, BigInt(time)], type: 'INT64' },
  ]),
};

it.each(Object.keys(contents))('reads %s', async (name) => {
  const table = await readTable(temporaryFile(name, contents[name]!), all);
  expect(table).toMatchObject({
    numUsers: 2,
    numItems: 2,
    users: Int32Array.of(0, 1, 0),
    items: Int32Array.of(0, 1, 1),
    labels: Uint8Array.of(0, 2, 1),
    ratings: Float32Array.of(4.5, 1, 2),
    timestamps: Float64Array.of(10, 20, time),
  });
  expect(table.userIds.ids).toEqual(['ann', '7']);
  expect(table.itemIds.ids).toEqual(['a, b', 'c']);
});

it('leaves out the columns that were not named', async () => {
  const table = await readTable(temporaryFile('a.ndjson', contents['likes.jsonl']!), columns);
  expect([table.labels, table.ratings, table.timestamps]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('takes the format given over the extension', async () => {
  const file = temporaryFile('likes.csv', contents['likes.tsv']!);
  expect((await readTable(file, { ...columns, format: 'tsv' })).numUsers).toBe(2);
});

describe('parquet', () => {
  const data = [
    {
      name: 'who',
      data: Array.from({ length: 5000 }, (_, n) => BigInt(n % 700)),
      type: 'INT64' as const,
    },
    {
      name: 'what',
      data: Array.from({ length: 5000 }, (_, n) => `item ${n % 13}`),
      type: 'STRING' as const,
    },
  ];
  const expected = Int32Array.from({ length: 5000 }, (_, n) => n % 700);

  it('reads several row groups and integer ids', async () => {
    const file = temporaryFile('a.parquet', parquet(data, { rowGroupSize: 1200 }));
    const table = await readTable(file, columns);
    expect(table.users).toEqual(expected);
    expect(table.userIds.ids[699]).toBe('699');
    expect(table.numItems).toBe(13);
  });

  it('reads gzip and timestamps', async () => {
    const at = {
      name: 'at',
      data: expected.length ? Array.from(expected, (n) => new Date(n)) : [],
      type: 'TIMESTAMP' as const,
    };
    const bytes = parquet([...data, at], {
      codec: 'GZIP',
      compressors: { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) },
    });
    const table = await readTable(temporaryFile('a.parquet', bytes), {
      ...columns,
      timestamp: 'at',
    });
    expect(table.timestamps).toEqual(Float64Array.from(expected));
  });

  it('refuses what is not Parquet, and names rows and columns', async () => {
    const text = temporaryFile('a.parquet', 'PAR1 but no more of it');
    await expect(readTable(text, columns)).rejects.toThrow(
      /^readTable: a\.parquet: must be a Parquet file, got: .+\.$/,
    );
    const file = temporaryFile('b.parquet', contents['likes.parquet']!);
    await expect(readTable(file, { ...columns, user: 'whom' })).rejects.toThrow(
      new RangeError(
        "readTable: b.parquet: must have a column 'whom', got 'who', 'what', 'split', 'stars', 'at'. Did you mean 'who'?",
      ),
    );
    await expect(readTable(file, { ...columns, rating: 'what' })).rejects.toThrow(
      new RangeError("readTable: b.parquet: row 1: what must be a finite number, got 'a, b'."),
    );
  });
});

describe('bad input', () => {
  const cases: [string, string, string, Partial<ReadTableOptions>][] = [
    ['csv', '', 'must hold interactions, got none.', {}],
    ['csv', 'who,what\n', 'must hold interactions, got none.', {}],
    ['jsonl', '\n', 'must hold interactions, got none.', {}],
    ['parquet', '', 'must hold interactions, got none.', {}],
    ['csv', 'who;what\na;b\n', "must have a column 'who', got 'who;what'.", {}],
    [
      'csv',
      'usr,what\na,b\n',
      "must have a column 'user', got 'usr', 'what'. Did you mean 'usr'?",
      { user: 'user' },
    ],
    [
      'csv',
      'who,what\na,b\n,b\n',
      "3: who must be text that is not empty or an integer below 2^53, got ''.",
      {},
    ],
    ['csv', 'who,what\na,b\nc,b,d\n', '3: must have 2 columns, got 3.', {}],
    [
      'csv',
      'who,what,s\na,b,3\n',
      "2: s must be 0 (train), 1 (validation) or 2 (test), got '3'.",
      { label: 's' },
    ],
    ['csv', 'who,what,s\na,b,\n', "2: s must be a finite number, got ''.", { rating: 's' }],
    ['csv', 'who,what,s\na,b,inf\n', "2: s must be a finite number, got 'inf'.", { rating: 's' }],
    [
      'csv',
      'who,what,s\na,b,soon\n',
      "2: s must be a number or a date, got 'soon'.",
      { timestamp: 's' },
    ],
    [
      'jsonl',
      '{"who": "a", "what": "b"}\n{"who": "a"}\n',
      '2: what must be text that is not empty or an integer below 2^53, got nothing.',
      {},
    ],
    [
      'jsonl',
      '{"who": "a", "what": 1.5}\n',
      '1: what must be text that is not empty or an integer below 2^53, got 1.5.',
      {},
    ],
    [
      'jsonl',
      '{"who": "a", "what": {"id": 1}}\n',
      '1: what must be text that is not empty or an integer below 2^53, got {"id":1}.',
      {},
    ],
    [
      'jsonl',
      '{"who": "a", "wat": 1}\n',
      "1: must have a column 'what', got 'who', 'wat'. Did you mean 'wat'?",
      {},
    ],
  ];
  for (const [format, content, message, options] of cases) {
    it(`in ${format}: ${JSON.stringify(content)}`, async () => {
      const file = temporaryFile(`t.${format}`, content);
      const separator = /^\d/.test(message) ? ':' : ': ';
      await expect(readTable(file, { ...columns, ...options })).rejects.toThrow(
        new RangeError(`readTable: t.${format}${separator}${message}`),
      );
    });
  }

  it('malformed JSON lines', async () => {
    const file = temporaryFile('t.jsonl', '{"who": "a", "what": "b"}\n{"who": "a", "what":\n');
    await expect(readTable(file, columns)).rejects.toThrow(
      new SyntaxError(`readTable: t.jsonl:2: must be a JSON object, got '{"who": "a", "what":'.`),
    );
    const list = temporaryFile('t.jsonl', '["a", "b"]\n');
    await expect(readTable(list, columns)).rejects.toThrow(
      new SyntaxError(`readTable: t.jsonl:1: must be a JSON object, got '["a", "b"]'.`),
    );
  });

  it('malformed CSV', async () => {
    const file = temporaryFile('t.csv', 'who,what\na,"b\nc,d\n');
    await expect(readTable(file, columns)).rejects.toThrow(
      /^readTable: t\.csv: must be well-formed CSV, got: .+\.$/,
    );
  });

  it('a missing file and an unknown format', async () => {
    await expect(readTable('nowhere.csv', columns)).rejects.toThrow(
      new Error('readTable: nowhere.csv: no such file or folder.'),
    );
    await expect(readTable('t.xlsx', columns)).rejects.toThrow(
      new TypeError(
        "readTable: t.xlsx: format must be one of csv, tsv, jsonl, parquet, got '.xlsx'.",
      ),
    );
    await expect(
      readTable('t.csv', { ...columns, format: 'toString' as TableFormat }),
    ).rejects.toThrow(
      new TypeError(
        "readTable: t.csv: format must be one of csv, tsv, jsonl, parquet, got 'toString'.",
      ),
    );
  });
});
