import { describe, expect, it } from 'vitest';
import { normalizeFeatures } from './normalize-features.js';

const features = { rows: 3, columns: 2, data: Float32Array.of(3, 4, 1, 4, 0, 0) };

describe('normalizeFeatures', () => {
  it('leaves features alone', () => expect(normalizeFeatures(features, 'none')).toBe(features));

  it('makes rows of length 1; rows of zeros stay', () => {
    const { data } = normalizeFeatures(features, 'row');
    [0.6, 0.8, 1 / Math.sqrt(17), 4 / Math.sqrt(17), 0, 0].forEach((value, at) =>
      expect(data[at]).toBeCloseTo(value, 6),
    );
  });

  it('makes columns of mean 0 and deviation 1 over the items that have features', () => {
    const missing = Uint8Array.of(0, 0, 1);
    const { data } = normalizeFeatures({ ...features, missing }, 'standardize');
    expect([...data]).toEqual([1, 0, -1, 0, 0, 0]);
  });
});
