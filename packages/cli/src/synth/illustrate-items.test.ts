import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mmrec/core';
import { readDataset } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colors } from './draw-picture.js';
import { illustrateItems } from './illustrate-items.js';
import { drawItemFactors } from './item-factors.js';
import { weighWords } from './raw-features.js';
import { synthesize } from './synthesize.js';
import { styles } from './word-lists.js';
import { writeSynth } from './write-synth.js';

describe('illustrateItems', () => {
  it('tells in the text, of some of the items, what the picture shows', () => {
    const factors = drawItemFactors(1000, createRng(1));
    const illustrations = illustrateItems(factors, createRng(2));
    let [colored, styled] = [0, 0];
    for (const { item, svg } of illustrations) {
      const style = styles.findIndex(({ name }) => item.title.endsWith(`, ${name}`));
      if (style >= 0) {
        styled++;
        expect(style).toBe(factors.styles[item.id]);
      }
      const color = colors.find(({ name }) => item.description.includes(` in ${name} `));
      if (color) {
        colored++;
        expect(svg).toContain(`fill="${color.hex}"`);
      }
    }
    expect(Math.abs(styled / 1000 - 0.35)).toBeLessThan(0.05);
    expect(Math.abs(colored / 1000 - 0.7)).toBeLessThan(0.05);
  });
});

describe('weighWords', () => {
  it('is count times the logarithm of the inverse share of texts', () => {
    const { columns, data } = weighWords(['oak oak bench', 'oak stool']);
    // By frequency, then by name: oak, bench, stool.
    expect(columns).toBe(3);
    const expected = [0, Math.log(2), 0, 0, 0, Math.log(2)];
    data.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 6);
    });
  });
});

describe('writeSynth with images', () => {
  const options = { seed: 3, numUsers: 20, numItems: 30, name: 'shop', images: true };
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'synth-images-'));
    await writeSynth(join(root, 'a'), options);
    await writeSynth(join(root, 'b'), options);
  });
  afterAll(() => rm(root, { recursive: true }));

  it('gives the same bytes for the same seed', async () => {
    const files = (await readdir(join(root, 'a'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBe(35);
    for (const file of files) {
      const twin = file.replace(join(root, 'a'), join(root, 'b'));
      expect(await readFile(file)).toEqual(await readFile(twin));
    }
  });

  it('draws a picture an item, of other items than without images but for the same shoppers', async () => {
    const { train } = await readDataset(join(root, 'a'));
    expect(train).toEqual(synthesize(options).splits.train);
    const { width, height, channels } = await sharp(join(root, 'a/images/29.png')).metadata();
    expect([width, height, channels]).toEqual([64, 64, 3]);
    const features = await readFeatureFolder(join(root, 'a'), { numItems: 30 });
    expect(features['visual']!.columns).toBe(192);
    expect(features['textual']!.rows).toBe(30);
  });
});
