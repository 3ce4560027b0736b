import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readInter } from './read-inter.js';
import { splitByLabels } from './split-by-labels.js';
import { temporaryFolder } from './temporary-folder.js';
import { writeInter } from './write-inter.js';

const splits = splitByLabels(
  { numUsers: 3, numItems: 5, users: Int32Array.of(2, 0, 1), items: Int32Array.of(0, 4, 1) },
  [2, 0, 1],
);

it('writes the splits in order, and nothing but the file', async () => {
  const folder = temporaryFolder({ 'toy.inter': 'an earlier file' });
  await writeInter(join(folder, 'toy.inter'), splits);
  expect(readFileSync(join(folder, 'toy.inter'), 'utf8')).toBe(
    'userID\titemID\tx_label\n0\t4\t0\n1\t1\t1\n2\t0\t2\n',
  );
  expect(readdirSync(folder)).toEqual(['toy.inter']);
});

it('is read back as it was', async () => {
  const rows = 140_000;
  const users = Int32Array.from({ length: rows }, (_, row) => (row * 7919) % 5000);
  const items = Int32Array.from({ length: rows }, (_, row) => row);
  const large = { numUsers: 5000, numItems: rows, users, items };
  const written = splitByLabels(
    large,
    users.map((user) => user % 3),
  );
  const file = join(temporaryFolder({}), 'large.inter');
  await writeInter(file, written);
  const dataset = await readInter(file, { numItems: rows });
  for (const split of ['train', 'validation', 'test'] as const) {
    expect(dataset[split].items.length).toBeGreaterThan(40_000);
    expect(dataset[split].users.join() === written[split].users.join()).toBe(true);
    expect(dataset[split].items.join() === written[split].items.join()).toBe(true);
  }
});

it('leaves an earlier file and no temporary one when it fails', async () => {
  const folder = temporaryFolder({ 'toy.inter': 'an earlier file' });
  const broken = { ...splits, test: undefined as never };
  await expect(writeInter(join(folder, 'toy.inter'), broken)).rejects.toThrow(TypeError);
  expect(readFileSync(join(folder, 'toy.inter'), 'utf8')).toBe('an earlier file');
  expect(readdirSync(folder)).toEqual(['toy.inter']);
});
