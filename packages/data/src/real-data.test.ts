import { itemsByUser } from '@mmrec/core';
import { realData } from '@mmrec/test-utils';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from './inspect-dataset.js';
import { readDataset } from './read-dataset.js';
import { readPickledSplits } from './read-pickled-splits.js';

const tiktok = realData('tiktok');
const baby = realData('baby');

describe.skipIf(!tiktok)('TikTok', () => {
  it('has the published counts', async () => {
    const report = inspectDataset(await readDataset(tiktok!));
    expect(report).toMatchObject({
      name: 'tiktok',
      users: { count: 9308, cold: 10 },
      items: { count: 6710, cold: 465 },
      interactions: { train: 59541, validation: 3051, test: 6130, total: 68722 },
      duplicates: 0,
      alsoInTraining: 0,
      warnings: [],
    });
  });

  it('has the same splits in its pickles', async () => {
    const inter = await readDataset(tiktok!);
    const pickled = await readPickledSplits(tiktok!);
    for (const split of ['train', 'validation', 'test'] as const) {
      expect(pickled[split].users.length).toBe(inter[split].users.length);
      expect(itemsByUser(pickled[split])).toEqual(itemsByUser(inter[split]));
      expect(pickled[split].numItems).toBe(inter[split].numItems);
    }
  });
});

describe.skipIf(!baby)('Baby', () => {
  it('has the labels of lattice, which are those of mmrec swapped', async () => {
    const dataset = await readDataset(baby!);
    const counts = '0 users have more test than validation, 1,123 more validation than test';
    expect(inspectDataset(dataset, { protocol: 'lattice' })).toMatchObject({
      warnings: [],
      notes: [],
    });
    expect(inspectDataset(dataset, { protocol: 'mmrec' }).warnings).toEqual([
      `validation and test labels look swapped: ${counts}; under mmrec it is the other way round.`,
    ]);
    expect(inspectDataset(dataset, { name: 'Amazon Sports' }).warnings).toEqual([
      'Amazon Sports has 19,445 users, 7,050 items and 160,792 interactions; Amazon Sports as published has 35,598, 18,357 and 296,337.',
    ]);
  });

  it('has the published counts', async () => {
    expect(inspectDataset(await readDataset(baby!))).toMatchObject({
      users: { count: 19445 },
      items: { count: 7050 },
      interactions: { train: 118551, validation: 21682, test: 20559 },
    });
  });
});
