import { realData } from '@mmrec/test-utils';
import { describe, expect, it } from 'vitest';
import { inspectFeatures } from './inspect-features.js';
import { readFeatureFolder } from './read-feature-folder.js';

const folder = realData('tiktok');

describe.skipIf(folder === undefined)('TikTok', () => {
  it('has half-precision visual and acoustic features of 6,710 items', async () => {
    const features = await readFeatureFolder(folder!, { numItems: 6710 });
    expect(Object.keys(features)).toEqual(['visual', 'acoustic']);
    // Sums as NumPy makes them, in float64.
    const sums = { visual: 2309677.0597, acoustic: 31687.0216 };
    for (const [modality, sum] of Object.entries(sums)) {
      const { rows, columns, data } = features[modality]!;
      expect([rows, columns, data.length]).toEqual([6710, 128, 6710 * 128]);
      expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 3);
    }
  });

  it('is described without being changed', async () => {
    const features = await readFeatureFolder(folder!);
    const summaries = await inspectFeatures(folder!);
    expect(summaries).toEqual(
      ['image_feat.npy', 'audio_feat.npy'].map((file, at) => ({
        modality: ['visual', 'acoustic'][at],
        file,
        shape: [6710, 128],
        dtype: '<f2',
        nan: 0,
        infinite: 0,
        zeroRows: Object.values(features)[at]!.missing?.filter(Boolean).length ?? 0,
      })),
    );
  });

  it('is not read for another number of items', async () => {
    await expect(readFeatureFolder(folder!, { numItems: 6711 })).rejects.toThrow(
      'image_feat.npy must have 6711 rows, one an item, got 6710.',
    );
  });
});
