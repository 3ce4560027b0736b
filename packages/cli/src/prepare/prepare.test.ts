import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRng } from '@mmrec/core';
import { readNpy } from '@mmrec/features';
import { beforeAll, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { describeProgress, showProgress } from './show-progress.js';

let folder: string;
const asin = (item: number) => `B${String(item).padStart(9, '0')}`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-prepare-'));
  const stream = createRng(1).stream('reviews');
  const reviews = Array.from({ length: 1500 }, () => ({
    reviewerID: `A${stream.integer(60)}`,
    asin: asin(stream.integer(40)),
    overall: 1 + stream.integer(5),
    unixReviewTime: 1_300_000_000 + stream.integer(1e6),
  }));
  const meta = Array.from(
    { length: 39 },
    (_, item) =>
      `{'asin': '${asin(item)}', 'title': "Item no. ${item}", 'categories': [['Toys']]}\n`,
  );
  const features = Buffer.concat(
    Array.from({ length: 30 }, (_, item) =>
      Buffer.concat([
        Buffer.from(asin(item)),
        Buffer.from(new Float32Array(4096).fill(item).buffer),
      ]),
    ),
  );
  const lines = reviews.map((review) => `${JSON.stringify(review)}\n`).join('');
  writeFileSync(join(folder, 'reviews_Baby.json.gz'), gzipSync(lines));
  writeFileSync(join(folder, 'meta_Baby.json.gz'), gzipSync(meta.join('')));
  writeFileSync(join(folder, 'image_features_Baby.b'), features);
  return () => rmSync(folder, { recursive: true, force: true });
});

it('makes a folder that is inspected, trained on and recommended from by its own ids', async () => {
  const out = join(folder, 'baby');
  const prepared = await mmrec(
    ...['data', 'prepare', join(folder, 'reviews_Baby.json.gz'), '--source', 'amazon-2014'],
    ...['--metadata', join(folder, 'meta_Baby.json.gz'), '--out', out, '--k-core', '4'],
    ...['--image-features', join(folder, 'image_features_Baby.b'), '--threads', '1'],
  );
  expect(prepared.stderr).toContain('100 %');
  expect(prepared.code).toBe(0);
  expect(prepared.stdout).toMatch(/baby: 60 users, 40 items, [\d,]+ \/ \d+ \/ \d+ interactions/);
  expect(prepared.stdout).toContain('39 items described: 39 with a title');
  expect(prepared.stdout).toContain('visual features 40 × 4096, 10 items without');

  const catalogue = readFileSync(join(out, 'items.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { externalId: string; title?: string });
  const { shape, data } = await readNpy(join(out, 'image_feat.npy'));
  expect(shape).toEqual([40, 4096]);
  for (const [row, { externalId }] of catalogue.entries()) {
    const item = Number(externalId.slice(1));
    expect(data[row * 4096 + 4095]).toBe(item < 30 ? item : 0);
  }

  const inspected = await mmrec('data', 'inspect', out);
  expect(inspected.stdout).toContain('warning: baby has 60 users, 40 items and');
  expect(inspected.stdout).not.toContain('swapped');
  const other = await mmrec('data', 'inspect', out, '--protocol', 'lattice');
  expect(other.stdout).toContain('warning: validation and test labels look swapped');

  const run = join(folder, 'run');
  const options = ['--epochs', '1', '--set', 'embeddingSize=4', '--backend', 'wasm'];
  const trained = await mmrec('train', 'lightgcn', '--data', out, '--out', run, ...options);
  expect(trained.code).toBe(0);
  const found = await mmrec(
    'recommend',
    run,
    '--user',
    'A7',
    '-k',
    '3',
    '--backend',
    'wasm',
    '--json',
  );
  const [{ user, items }] = JSON.parse(found.stdout) as [
    { user: string; items: { item: string; title?: string }[] },
  ];
  expect(user).toBe('A7');
  expect(items.map(({ title }) => title)).toEqual(
    items.map(({ item }) => catalogue.find(({ externalId }) => externalId === item)!.title),
  );
});

it('says what is wrong with its use, and what with the files', async () => {
  const file = join(folder, 'reviews_Baby.json.gz');
  const out = join(folder, 'wrong');
  const run = (...flags: string[]) => mmrec('data', 'prepare', file, '--out', out, ...flags);
  const cases: [string[], number, string][] = [
    [
      ['--source', 'amazon-2041'],
      2,
      "--source must be one of amazon-2014, amazon-2023, got 'amazon-2041'. Did you mean 'amazon-2014'?",
    ],
    [
      ['--columns', 'user=reviewerID,thing=asin'],
      2,
      "--columns must be user=COLUMN,item=COLUMN,time=COLUMN,rating=COLUMN or some of these, got 'thing=asin'.",
    ],
    [['--memory', 'lots'], 2, "--memory must be a size such as 800MB or 4GB, got 'lots'."],
    [
      ['--columns', 'user=reviewerID'],
      2,
      'prepareDataset: columns.item must name the column of the items, got nothing. Name it, or name a source whose columns are known.',
    ],
    [
      ['--columns', 'user=reviewer,item=asin'],
      1,
      "prepareDataset: reviews_Baby.json.gz:1: must have a column 'reviewer', got 'reviewerID', 'asin', 'overall', 'unixReviewTime'. Did you mean 'reviewerID'?",
    ],
  ];
  for (const [flags, code, message] of cases) {
    const result = await run(...flags);
    expect(result.stderr).toContain(`mmrec: ${message}\n`);
    expect(result.code).toBe(code);
    expect(existsSync(out)).toBe(false);
  }
});

it('tells how far a step is, how fast, and how long still', () => {
  const reading = { step: 'interactions', what: 'r.json', unit: 'bytes' } as const;
  expect(describeProgress({ ...reading, done: 25e6, total: 100e6, rows: 2_000_000 }, 10_000)).toBe(
    'reading     r.json  25 %  2,000,000 rows  200,000 rows/s  about 30 s left',
  );
  expect(
    describeProgress({ step: 'hash', what: 'r.json', unit: 'bytes', done: 5e8, total: 1e9 }, 4000),
  ).toBe('hashing     r.json  50 %  500 MB  125 MB/s  about 4 s left');
  expect(describeProgress({ step: 'core', what: '5-core', unit: 'rows', done: 12 }, 0)).toBe(
    'k-core      5-core  12 rows',
  );
  expect(describeProgress({ ...reading, done: 1, total: 1, isKept: true }, 0)).toBe(
    'reading     r.json  taken over from before the interruption',
  );
});

it('writes a line a step and one now and then, or rewrites one on a terminal', () => {
  const play = (isTTY: boolean) => {
    let text = '';
    let time = 0;
    const stream = { isTTY, columns: 60, write: (part: string) => (text += part) };
    const { onProgress, done } = showProgress(stream, () => time);
    for (let second = 0; second <= 12; second++) {
      time = 1000 * second;
      onProgress({ step: 'split', what: 'a.inter', unit: 'rows', done: second, total: 12 });
    }
    done();
    return text;
  };
  expect(play(false).match(/\n/g)).toHaveLength(4);
  expect(play(true).match(/\n/g)).toBeNull();
  expect(play(true).endsWith('\r\x1b[2K')).toBe(true);
});
