import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { createRng } from '@mmrec/core';
import { createInteractionTable } from '../interaction-table.js';
import { kCoreFilter } from '../k-core-filter.js';
import { splitPerUser } from '../split-per-user.js';
import { temporaryFolder } from '../temporary-folder.js';
import { expectedDataset, rawReviews, type RawReview } from './expected-dataset.js';
import { prepareDataset } from './prepare-dataset.js';
import type { PrepareOptions } from './prepare-options.js';
import type { PrepareProgress } from './progress.js';

const reviews = rawReviews(900);
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Python's own way of writing a text. */
const python = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const amazon2014 = (rows: readonly RawReview[]) =>
  rows.map(({ user, item, rating, time }) => ({
    reviewerID: user,
    asin: item,
    helpful: [0, 1],
    reviewText: 'Ça va: "quoted" {not a brace} \\ tab\t',
    overall: rating,
    unixReviewTime: time,
  }));
const amazon2023 = (rows: readonly RawReview[]) =>
  rows.map(({ user, item, rating, time }) => ({
    rating,
    title: 'Fine',
    images: [{ small: 'x' }],
    asin: 'variant',
    parent_asin: item,
    user_id: user,
    timestamp: time,
  }));
const delimited = (rows: readonly RawReview[], delimiter: string) =>
  [
    ['when', 'who', 'note', 'what', 'stars'],
    ...rows.map(({ user, item, rating, time }) => [time, user, 'a note', item, rating]),
  ]
    .map((row) => `${row.join(delimiter)}\n`)
    .join('');
const parquet = (rows: readonly RawReview[]) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'user_id', data: rows.map(({ user }) => user), type: 'STRING' },
        { name: 'parent_asin', data: rows.map(({ item }) => item), type: 'STRING' },
        { name: 'rating', data: rows.map(({ rating }) => rating), type: 'DOUBLE' },
        { name: 'timestamp', data: rows.map(({ time }) => BigInt(time)), type: 'INT64' },
      ],
      rowGroupSize: [100, 250],
    }),
  );
const named = { columns: { user: 'who', item: 'what', time: 'when', rating: 'stars' } } as const;

/** Prepares files of these contents; the options' files are their names. */
async function prepareFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<PrepareOptions> = {},
) {
  const folder = temporaryFolder(files);
  const out = join(folder, 'shop');
  const manifest = await prepareDataset({
    interactions: Object.keys(files)
      .filter((file) => !file.startsWith('meta'))
      .map((file) => join(folder, file)),
    metadata: Object.keys(files)
      .filter((file) => file.startsWith('meta'))
      .map((file) => join(folder, file)),
    out,
    ...options,
  });
  return { folder, out, manifest, ...readPrepared(out) };
}

function readPrepared(out: string) {
  const text = readFileSync(join(out, `${basename(out)}.inter`), 'utf8');
  const [header, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const ids = (file: string) =>
    readFileSync(join(out, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line, index) => {
        const entry = JSON.parse(line) as { id: number; externalId: string };
        expect(entry.id).toBe(index);
        return entry;
      });
  return {
    header,
    rows: rows.map((row) => [row[0], row[1], row.at(-1)].join(' ')).sort(),
    users: ids('users.jsonl').map(({ externalId }) => externalId),
    items: ids('items.jsonl').map(({ externalId }) => externalId),
    catalogue: ids('items.jsonl'),
  };
}

describe('equals what the rules say', () => {
  const sources: [string, Record<string, string | Uint8Array>, Partial<PrepareOptions>][] = [
    [
      'Amazon 2014, JSON lines',
      { 'r.json': lines(amazon2014(reviews)) },
      { source: 'amazon-2014' },
    ],
    [
      'Amazon 2014, compressed, in two files',
      {
        'r1.json.gz': gzipSync(lines(amazon2014(reviews.slice(0, 400)))),
        'r2.json.gz': gzipSync(lines(amazon2014(reviews.slice(400)))),
      },
      { source: 'amazon-2014' },
    ],
    [
      'Amazon 2014, Python literals',
      {
        'r.json.gz': gzipSync(
          reviews
            .map(
              ({ user, item, rating, time }) =>
                `{'reviewerID': u${python(user)}, 'asin': ${python(item)}, 'helpful': [0, 1], 'x': None, 'overall': ${rating}.0, 'unixReviewTime': ${time}}\n`,
            )
            .join(''),
        ),
      },
      { source: 'amazon-2014' },
    ],
    [
      'Amazon 2023, JSON lines',
      { 'r.jsonl.gz': gzipSync(lines(amazon2023(reviews))) },
      { source: 'amazon-2023' },
    ],
    [
      'Amazon 2023, Parquet in two files',
      {
        'r[1].parquet': parquet(reviews.slice(0, 500)),
        'r[2].parquet': parquet(reviews.slice(500)),
      },
      { source: 'amazon-2023' },
    ],
    ['CSV', { 'r.csv': delimited(reviews, ',') }, named],
    ['CSV, compressed', { 'r.csv.gz': gzipSync(delimited(reviews, ',')) }, named],
    ['TSV', { 'r.tsv': delimited(reviews, '\t') }, named],
  ];
  it.each(sources)('%s', async (_, files, options) => {
    const rules = { kCore: 5, protocol: 'mmrec', seed: 1 } as const;
    const { rows, users, items, manifest } = await prepareFiles(files, options);
    const expected = expectedDataset(reviews, rules);
    expect({ rows, users, items }).toEqual(expected);
    expect(users.length).toBeGreaterThan(20);
    expect(manifest.counts.users).toBe(users.length);
    expect(manifest.counts.train + manifest.counts.validation + manifest.counts.test).toBe(
      rows.length,
    );
    expect(manifest.rows.read).toBe(reviews.length);
    expect(manifest.sources).toHaveLength(Object.keys(files).length);
  });

  it.each([
    { kCore: 5, protocol: 'lattice', seed: 7 },
    { kCore: 3, protocol: 'mmrec', seed: 0, minRating: 3 },
    { kCore: 4, protocol: 'time', seed: 1 },
    { kCore: 4, protocol: 'leave-one-out', seed: 1 },
    { kCore: 1, protocol: 'leave-one-out', seed: 1, minRating: 2 },
  ] as const)('%o', async (rules) => {
    const files = { 'r.json': lines(amazon2014(reviews)) };
    const { rows, users, items, header } = await prepareFiles(files, {
      source: 'amazon-2014',
      ...rules,
    });
    expect({ rows, users, items }).toEqual(expectedDataset(reviews, rules));
    const isTimed = rules.protocol !== 'lattice' && rules.protocol !== 'mmrec';
    expect(header).toEqual(
      isTimed ? ['userID', 'itemID', 'timestamp', 'x_label'] : ['userID', 'itemID', 'x_label'],
    );
  });

  it('and what the functions of this package make of the same interactions', async () => {
    const files = { 'r.csv': delimited(reviews, ',') };
    const { rows, users } = await prepareFiles(files, { ...named, seed: 3, kCore: 4 });
    const table = kCoreFilter(
      createInteractionTable({
        users: reviews.map(({ user }) => user),
        items: reviews.map(({ item }) => item),
      }),
      4,
    );
    const splits = splitPerUser(table, { rng: createRng(3) });
    const expected = (['train', 'validation', 'test'] as const).flatMap((name, label) =>
      [...splits[name].users].map((user, at) => `${user} ${splits[name].items[at]} ${label}`),
    );
    expect(users).toEqual(table.userIds.ids);
    expect(rows).toEqual(expected.sort());
  });
});

it('keeps ids as they are: numbers, spaces, tabs, quotes, any script', async () => {
  const ids = [
    'a\tb',
    'c"d',
    "e'f",
    ' g ',
    'h\ni',
    '日本',
    '😀',
    'NULL',
    '\\N',
    '0012',
    'é',
    '#',
    'j\r',
  ];
  const rows = [...ids, 17].flatMap((user) => [
    { u: user, i: 'x' },
    { u: user, i: 'y\t"' },
  ]);
  const { users, items } = await prepareFiles(
    { 'r.jsonl': lines(rows) },
    { columns: { user: 'u', item: 'i' }, kCore: 1 },
  );
  expect(users).toEqual([...ids, '17']);
  expect(items).toEqual(['x', 'y\t"']);
});

it('describes items by the first line of each, of either syntax', async () => {
  const interactions = lines(amazon2014([1, 2, 3].map((n) => ({ ...reviews[0]!, item: `B${n}` }))));
  const meta = [
    `{'asin': 'B2', 'title': "It's caf\\xe9 \\u2013 \\U0001F600", 'price': 3.17, 'imUrl': 'http://x.org/2.jpg', 'related': {'also_bought': ['B9', 'B8']}, 'brand': None, 'categories': [['Toys & Games', 'Dolls'], ['Toys & Games']], 'description': 'A  doll.\\nFor all'}`,
    `{'asin': 'B9', 'title': 'Another'}`,
    `{"asin": "B1", "title": "Shoe", "brand": "Acme", "categories": [], "description": ["Red.", "Light"]}`,
    `{'asin': 'B2', 'title': 'Second line of the same item'}`,
  ].join('\n');
  const { catalogue, manifest } = await prepareFiles(
    { 'r.json': interactions, 'meta.json.gz': gzipSync(meta) },
    { source: 'amazon-2014', kCore: 1 },
  );
  expect(catalogue).toEqual([
    {
      id: 0,
      externalId: 'B1',
      title: 'Shoe',
      brand: 'Acme',
      description: 'Red. Light',
      text: 'Shoe. Acme. Red. Light.',
    },
    {
      id: 1,
      externalId: 'B2',
      title: "It's café – 😀",
      categories: ['Toys & Games', 'Dolls'],
      description: 'A doll. For all',
      imageUrl: 'http://x.org/2.jpg',
      text: "It's café – 😀. Toys & Games, Dolls. A doll. For all.",
    },
    { id: 2, externalId: 'B3' },
  ]);
  expect(manifest.metadata).toEqual({
    rows: 4,
    itemsDescribed: 2,
    titles: 2,
    texts: 2,
    imageUrls: 1,
  });
});

it('describes items of Parquet and CSV', async () => {
  const interactions = lines(amazon2023([1, 2].map((n) => ({ ...reviews[0]!, item: `B${n}` }))));
  const table = parquetWriteBuffer({
    columnData: [
      { name: 'parent_asin', data: ['B2', 'B7'], type: 'STRING' },
      { name: 'title', data: ['Two', 'Seven'], type: 'STRING' },
      { name: 'description', data: [['a', 'b'], []], type: 'JSON' },
    ],
  });
  const fromParquet = await prepareFiles(
    { 'r.jsonl': interactions, 'meta.parquet': new Uint8Array(table) },
    { source: 'amazon-2023', kCore: 1 },
  );
  expect(fromParquet.catalogue).toMatchObject([
    { externalId: 'B1' },
    { externalId: 'B2', title: 'Two', text: 'Two. a b.' },
  ]);
  const fromCsv = await prepareFiles(
    { 'r.jsonl': interactions, 'meta.csv': 'name,code\n"One, of ""two""",B1\n' },
    { source: 'amazon-2023', kCore: 1, metadataColumns: { id: 'code', title: 'name' } },
  );
  expect(fromCsv.catalogue[0]).toMatchObject({ title: 'One, of "two"' });
});

describe('the folder', () => {
  const bytesOf = (folder: string) =>
    Object.fromEntries(
      readdirSync(folder).map((file) => [
        file,
        readFileSync(join(folder, file)).toString('base64'),
      ]),
    );
  const files = { 'r.json': lines(amazon2014(reviews)) };
  const options = { source: 'amazon-2014', kCore: 3 } as const;

  it('has the same bytes for any number of threads and any memory', async () => {
    const first = await prepareFiles(files, { ...options, threads: 1, memoryLimit: '300MB' });
    const second = await prepareFiles(files, { ...options, threads: 4 });
    expect(bytesOf(second.out)).toEqual(bytesOf(first.out));
    expect(readdirSync(first.folder).sort()).toEqual(['r.json', 'shop']);
    expect(readdirSync(first.out).sort()).toEqual([
      'items.jsonl',
      'manifest.json',
      'shop.inter',
      'users.jsonl',
    ]);
    const other = await prepareFiles(files, { ...options, seed: 2 });
    expect(bytesOf(other.out)['shop.inter']).not.toBe(bytesOf(first.out)['shop.inter']);
  });

  it('is not written over a dataset without force, nor over other files with it', async () => {
    const { folder, out } = await prepareFiles(files, options);
    const again = (force: boolean, to = out) =>
      prepareDataset({ ...options, interactions: [join(folder, 'r.json')], out: to, force });
    await expect(again(false)).rejects.toThrow(
      new Error(
        `prepareDataset: ${out} already holds a dataset. Choose another folder, or replace it with force.`,
      ),
    );
    await again(true);
    expect(readdirSync(folder).sort()).toEqual(['r.json', 'shop']);
    await expect(again(true, folder)).rejects.toThrow(
      new Error(
        `prepareDataset: ${folder} must be missing, empty or a dataset, got other files. Choose another folder.`,
      ),
    );
  });
});

describe('interrupted work', () => {
  const files = { 'r.json': lines(amazon2014(reviews)), 'meta.json': `{"asin": "B1"}\n` };
  const options = { source: 'amazon-2014', kCore: 3 } as const;
  const interrupt = new Error('interrupted');
  const interrupted = (step: string) => ({
    onProgress: (progress: PrepareProgress) => {
      if (progress.step === step) throw interrupt;
    },
  });
  const kept = (seen: readonly PrepareProgress[]) => [
    ...new Set(seen.filter(({ isKept }) => isKept).map(({ step }) => step)),
  ];

  it('is taken over where its inputs are the same, and done again where not', async () => {
    const folder = temporaryFolder(files);
    const out = join(folder, 'shop');
    const run = (changes: Partial<PrepareOptions> = {}) =>
      prepareDataset({
        interactions: [join(folder, 'r.json')],
        metadata: [join(folder, 'meta.json')],
        ...{ ...options, out, ...changes },
      });
    await expect(run(interrupted('split'))).rejects.toThrow(interrupt);
    expect(existsSync(out)).toBe(false);
    expect(existsSync(`${out}.work`)).toBe(true);

    const seen: PrepareProgress[] = [];
    const onProgress = (progress: PrepareProgress) => void seen.push(progress);
    await expect(run({ ...interrupted('split'), kCore: 4 })).rejects.toThrow(interrupt);
    await run({ onProgress, kCore: 4 });
    expect(kept(seen)).toEqual(['interactions', 'core', 'metadata']);
    expect(existsSync(`${out}.work`)).toBe(false);
    const rules = { kCore: 4, protocol: 'mmrec', seed: 1 } as const;
    expect(readPrepared(out)).toMatchObject({ ...expectedDataset(reviews, rules) });

    await expect(run({ ...interrupted('split'), force: true })).rejects.toThrow(interrupt);
    const fewer = reviews.slice(0, 800);
    writeFileSync(join(folder, 'r.json'), lines(amazon2014(fewer)));
    seen.length = 0;
    await run({ onProgress, kCore: 4, force: true });
    expect(kept(seen)).toEqual([]);
    expect(readPrepared(out)).toMatchObject({ ...expectedDataset(fewer, rules) });
  });
});

describe('bad input', () => {
  const columns = { columns: { user: 'u', item: 'i', time: 't', rating: 'r' } } as const;
  const good = '{"u": "a", "i": "b", "t": 1}\n';
  const cases: [string, Record<string, string | Uint8Array>, string][] = [
    ['an empty file', { 'r.jsonl': '' }, 'r.jsonl: must hold interactions, got none.'],
    [
      'a broken line',
      { 'r.jsonl': `${good}{"u": "a", "i"\n` },
      `r.jsonl:2: must be a JSON object, got '{"u": "a", "i"'.`,
    ],
    ['a list', { 'r.jsonl': `${good}\n[1]\n` }, "r.jsonl:3: must be a JSON object, got '[1]'."],
    [
      'a broken Python line',
      { 'r.json': `{'u': 'a', 'i': open('x')}\n` },
      "r.json:1: must be a Python dictionary, got '{'u': 'a', 'i': open('x')}'. It must have a number, None, True or False in column 17, got 'open('x')}'.",
    ],
    [
      'no user',
      { 'r.jsonl': `${good}{"i": "b"}\n` },
      'r.jsonl:2: u must be text that is not empty or an integer below 2^53, got nothing.',
    ],
    [
      'a nested user',
      { 'r.jsonl': `${good}{"u": {"x": 1}, "i": "b"}\n` },
      `r.jsonl:2: u must be text that is not empty or an integer below 2^53, got {"x":1}.`,
    ],
    [
      'a user of half a character',
      { 'r.jsonl': `${good}{"u": "\\ud83d", "i": "b"}\n` },
      "r.jsonl:2: u must be well-formed Unicode, got '\ud83d'.",
    ],
    [
      'a missing column',
      { 'r.jsonl': '{"user": "a", "i": "b"}\n' },
      "r.jsonl:1: must have a column 'u', got 'user', 'i'. Did you mean 'i'?",
    ],
    [
      'a missing column of CSV',
      { 'r.csv': 'u,items\na,b\n' },
      "r.csv: must have a column 'i', got 'u', 'items'. Did you mean 'u'?",
    ],
    ['a short row of CSV', { 'r.csv': 'u,i\na,b\nc\n' }, 'r.csv:3: must have 2 columns, got 1.'],
    [
      'a truncated gzip file',
      { 'r.jsonl.gz': gzipSync(good.repeat(1000)).subarray(0, 60) },
      'r.jsonl.gz: must be an undamaged gzip file, got: unexpected end of file (within the first 60 bytes).',
    ],
    [
      'a long line',
      { 'r.jsonl': `${good}{"u": "${'x'.repeat(20_000_000)}"}\n` },
      'r.jsonl:2: a line must have at most 16777216 bytes, got one that is longer.',
    ],
    [
      'nothing in the core',
      { 'r.jsonl': good },
      'the 5-core must hold interactions, got none of 1. Lower the option kCore.',
    ],
  ];
  it.each(cases)('%s', async (_, files, message) => {
    await expect(prepareFiles(files, columns)).rejects.toMatchObject({
      message: `prepareDataset: ${message}`,
    });
  });

  it('Parquet with a wrong column, an empty id, or damage', async () => {
    const table = (user: (string | null)[]) =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'u', data: user, type: 'STRING' },
            { name: 'i', data: user.map(() => 1.5), type: 'DOUBLE' },
          ],
        }),
      );
    const run = (content: Uint8Array, item = 'u') =>
      prepareFiles({ 'r.parquet': content }, { columns: { user: 'u', item }, kCore: 1 });
    await expect(run(table(['a']), 'j')).rejects.toThrow(
      new RangeError(
        "prepareDataset: r.parquet: must have a column 'j', got 'u', 'i'. Did you mean 'u'?",
      ),
    );
    await expect(run(table(['a']), 'i')).rejects.toThrow(
      new RangeError('prepareDataset: r.parquet: i must be text or integers, got DOUBLE.'),
    );
    await expect(run(table(['a', 'b', null]))).rejects.toThrow(
      new RangeError(
        'prepareDataset: r.parquet: row 3: u must have values, got an empty or infinite one.',
      ),
    );
    await expect(run(table(['a']).subarray(0, 40))).rejects.toThrow(
      /^prepareDataset: r\.parquet: must be a readable Parquet file, got: /,
    );
  });

  it('options', async () => {
    const run = (options: object) =>
      prepareDataset({ interactions: ['r.csv'], out: 'nowhere', ...options });
    await expect(run({ source: 'amazon-2013' })).rejects.toThrow(
      new TypeError(
        "prepareDataset: source must be one of amazon-2014, amazon-2023, got 'amazon-2013'. Did you mean 'amazon-2014'? For other data, name the columns.",
      ),
    );
    await expect(run({})).rejects.toThrow(
      new TypeError(
        'prepareDataset: columns.user must name the column of the users, got nothing. Name it, or name a source whose columns are known.',
      ),
    );
    await expect(run({ source: 'amazon-2014', protocol: 'random' })).rejects.toThrow(
      "prepareDataset: protocol must be one of mmrec, lattice, time, leave-one-out, got 'random'.",
    );
    await expect(
      run({ source: 'amazon-2014', interactions: ['s3://bucket/r.csv'] }),
    ).rejects.toThrow(
      new TypeError(
        "prepareDataset: a remote file must be Parquet, got 's3://bucket/r.csv'. Download it first.",
      ),
    );
    await expect(run({ source: 'amazon-2014' })).rejects.toThrow(
      new Error('prepareDataset: r.csv: no such file or folder.'),
    );
  });
});
