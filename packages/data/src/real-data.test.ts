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
  it('has the published counts', async () => {
    expect(inspectDataset(await readDataset(baby!))).toMatchObject({
      users: { count: 19445 },
      items: { count: 7050 },
      interactions: { train: 118551, validation: 21682, test: 20559 },
    });
  });
});
