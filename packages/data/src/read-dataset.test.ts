import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDataset } from './read-dataset.js';
import { temporaryFolder } from './temporary-folder.js';

const inter = (item: number) => `userID\titemID\tx_label\n0\t${item}\t0\n`;
const json = { 'train.json': '{"0": [7]}', 'val.json': '{}', 'test.json': '{}' };
const pickle = new Uint8Array(
  readFileSync(new URL('../fixtures/pickles/matrix-coo-protocol-4.pkl', import.meta.url)),
);
const pickles = { 'trnMat.pkl': pickle, 'valMat.pkl': pickle, 'tstMat.pkl': pickle };

const trainItems = async (files: Record<string, string | Uint8Array>) => [
  ...(await readDataset(temporaryFolder(files))).train.items,
];

it('takes .inter before JSON before pickles', async () => {
  expect(await trainItems({ 'x.inter': inter(3), ...json, ...pickles })).toEqual([3]);
  expect(await trainItems({ ...json, ...pickles })).toEqual([7]);
  expect(await trainItems(pickles)).toEqual([1, 4, 0, 3]);
  expect(await trainItems({ train_mat: pickle, val_mat: pickle, test_mat: pickle })).toHaveLength(
    4,
  );
});

it('takes the .inter file named as the folder among several', async () => {
  const parent = temporaryFolder({ 'toy.inter': inter(1), 'other.inter': inter(2) });
  mkdirSync(join(parent, 'toy'));
  for (const name of ['toy.inter', 'other.inter'])
    renameSync(join(parent, name), join(parent, 'toy', name));
  const dataset = await readDataset(join(parent, 'toy'));
  expect([dataset.name, ...dataset.train.items]).toEqual(['toy', 1]);
});

it('passes counts on', async () => {
  const dataset = await readDataset(temporaryFolder({ 'x.inter': inter(3) }), { numItems: 8 });
  expect(dataset.train.numItems).toBe(8);
});

it('refuses a folder without interactions, naming what was looked for and what is there', async () => {
  await expect(readDataset(temporaryFolder({ 'image_feat.npy': '' }))).rejects.toThrow(
    /^readDataset: .+: must hold one of <name>\.inter, train\.json, trnMat\.pkl, train_mat\.pkl, train_mat, got image_feat\.npy\.$/,
  );
  await expect(readDataset(temporaryFolder({}))).rejects.toThrow(/got an empty folder\.$/);
});

it('refuses several .inter files of other names, and a folder that is not there', async () => {
  const folder = temporaryFolder({ 'b.inter': inter(1), 'a.inter': inter(2) });
  await expect(readDataset(folder)).rejects.toThrow(
    /must hold one \.inter file or mmrec-data-\w+\.inter, got a\.inter, b\.inter\.$/,
  );
  await expect(readDataset('nowhere')).rejects.toThrow(
    new Error('readDataset: nowhere: no such file or folder.'),
  );
});

it('takes external ids where the folder has them', async () => {
  const inter = 'userID\titemID\tx_label\n0\t1\t0\n1\t0\t2\n';
  const users = '{"id":0,"externalId":"ann"}\n{"id":1,"externalId":"bob"}\n';
  const folder = (items: string) =>
    temporaryFolder({ 'a.inter': inter, 'users.jsonl': users, 'items.jsonl': items });
  const dataset = await readDataset(folder('{"id":0,"title":"Hat"}\n{"id":1}\n'));
  expect(dataset.users.ids).toEqual(['ann', 'bob']);
  expect(dataset.items.ids).toEqual(['0', '1']);
  const named = await readDataset(
    folder('{"id":0,"externalId":"hat"}\n{"id":1,"externalId":"shoe"}\n'),
  );
  expect(named.items.indexOf('shoe')).toBe(1);
  await expect(
    readDataset(folder('{"id":0,"externalId":"hat"}\n{"id":7,"externalId":"shoe"}\n')),
  ).rejects.toThrow(
    new RangeError(
      `readDataset: items.jsonl:2: must have the id 1 and an externalId, got '{"id":7,"externalId":"shoe"}'.`,
    ),
  );
  const one = folder('{"id":0,"externalId":"hat"}\n');
  await expect(readDataset(one)).rejects.toThrow(
    new RangeError(
      `readDataset: ${join(one, 'items.jsonl')} must have a line for each of the 2 in the interactions, got 1.`,
    ),
  );
});
