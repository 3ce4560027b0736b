import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { synthesize } from './synthesize.js';
import { writeSynth } from './write-synth.js';

const options = { seed: 3, numUsers: 40, numItems: 60 };
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'synth-'));
});
afterAll(() => rm(root, { recursive: true }));

const bytesOf = async (folder: string) =>
  Promise.all((await readdir(folder)).sort().map((file) => readFile(join(folder, file))));

it('writes a dataset folder that the readers take back', async () => {
  const folder = join(root, 'shop');
  await writeSynth(folder, options);
  const files = ['image_feat.npy', 'items.jsonl', 'manifest.json', 'shop.inter', 'text_feat.npy'];
  expect((await readdir(folder)).sort()).toEqual(files);
  const shop = synthesize(options);
  const { train, validation, test } = await readDataset(folder);
  expect({ train, validation, test }).toEqual({
    train: shop.splits.train,
    validation: shop.splits.validation,
    test: shop.splits.test,
  });
  const features = await readFeatureFolder(folder, { numItems: train.numItems });
  expect(features['visual']!.data).toEqual(shop.features.visual.data);
  expect(features['textual']!.data).toEqual(shop.features.textual.data);
  const lines = (await readFile(join(folder, 'items.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(shop.items);
});

it('describes the data in manifest.json, and returns that', async () => {
  const folder = join(root, 'named');
  const manifest = await writeSynth(folder, { ...options, name: 'demo' });
  expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
  const { splits } = synthesize(options);
  expect(manifest).toEqual({
    name: 'demo',
    synthetic: true,
    description: 'A made-up homeware catalogue and made-up shoppers; no real data.',
    generator: { name: 'mmrec data synth', version: 1 },
    seed: 3,
    protocol: 'mmrec',
    counts: {
      users: 40,
      items: 60,
      train: splits.train.items.length,
      validation: splits.validation.items.length,
      test: splits.test.items.length,
    },
    features: { visual: 64, textual: 48 },
  });
  expect(await readdir(folder)).toContain('demo.inter');
});

it('writes the same bytes for the same options', async () => {
  const [a, b] = [join(root, 'a'), join(root, 'b')];
  await writeSynth(a, { ...options, name: 'same' });
  await writeSynth(b, { ...options, name: 'same' });
  expect(await bytesOf(a)).toEqual(await bytesOf(b));
});
