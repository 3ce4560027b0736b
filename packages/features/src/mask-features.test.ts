import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { maskFeatures } from './mask-features.js';

const rng = createRng(1);
const features = {
  rows: 5,
  columns: 2,
  data: Float32Array.from({ length: 10 }, (_, at) => at + 1),
};
const lostOf = ({ missing }: { missing?: Uint8Array }) =>
  [...missing!].flatMap((flag, row) => (flag ? [row] : []));

describe('maskFeatures', () => {
  it('zeroes and marks a share of the rows, and leaves the others', () => {
    const masked = maskFeatures(features, rng, { share: 0.4 });
    const lost = lostOf(masked);
    expect(lost).toHaveLength(2);
    masked.data.forEach((value, at) => {
      expect(value).toBe(lost.includes(Math.floor(at / 2)) ? 0 : at + 1);
    });
    expect(features.data[0]).toBe(1);
  });

  it('takes the same rows again, of another matrix too, and more for a larger share', () => {
    const other = { rows: 5, columns: 1, data: Float32Array.of(1, 2, 3, 4, 5) };
    const some = lostOf(maskFeatures(features, rng, { share: 0.4 }));
    expect(lostOf(maskFeatures(other, rng, { share: 0.4 }))).toEqual(some);
    expect(lostOf(maskFeatures(other, rng, { share: 0.8 }))).toEqual(expect.arrayContaining(some));
    expect(lostOf(maskFeatures(other, createRng(3), { share: 0.4 }))).not.toEqual(some);
  });

  it('fills with the mean of the rows left, those missing before not counted', () => {
    const lost = lostOf(maskFeatures(features, rng, { share: 0.4 }));
    const before = [0, 1, 2, 3, 4].find((row) => !lost.includes(row))!;
    const missing = new Uint8Array(5);
    missing[before] = 1;
    const data = features.data.slice();
    data.fill(0, 2 * before, 2 * before + 2);
    const masked = maskFeatures({ ...features, data, missing }, rng, { share: 0.4, fill: 'mean' });
    const left = [0, 1, 2, 3, 4].filter((row) => !lost.includes(row) && row !== before);
    const mean = (column: number) =>
      left.reduce((sum, row) => sum + features.data[2 * row + column]!, 0) / left.length;
    for (const row of lost) {
      expect(masked.data[2 * row]).toBeCloseTo(mean(0), 6);
      expect(masked.data[2 * row + 1]).toBeCloseTo(mean(1), 6);
    }
    expect(masked.missing).toBe(missing);
  });

  it('takes the same share of each group', () => {
    const many = { rows: 30, columns: 1, data: new Float32Array(30).fill(1) };
    const strata = [
      Int32Array.from({ length: 20 }, (_, row) => row),
      Int32Array.of(20, 21, 22, 23),
    ];
    const lost = lostOf(maskFeatures(many, rng, { share: 0.5, strata }));
    expect(lost.filter((row) => row < 20)).toHaveLength(10);
    expect(lost.filter((row) => row >= 20 && row < 24)).toHaveLength(2);
    expect(lost).toHaveLength(12);
  });

  it('leaves what was missing before zero and marked, and fills the others', () => {
    const missing = Uint8Array.of(1, 1, 1, 1, 0);
    const data = new Float32Array(10).fill(0, 0, 8).fill(7, 8);
    const masked = maskFeatures({ ...features, data, missing }, rng, { share: 1, fill: 'mean' });
    expect([...masked.data.subarray(0, 8)]).toEqual(new Array(8).fill(0));
    expect(masked.missing).toEqual(missing);
  });

  it('takes nothing and everything', () => {
    expect(maskFeatures(features, rng, { share: 0 }).data).toEqual(features.data);
    for (const fill of ['zero', 'mean'] as const) {
      const { data } = maskFeatures(features, rng, { share: 1, fill });
      expect([...data]).toEqual(new Array(10).fill(0));
    }
  });

  it('refuses a share that is none', () => {
    expect(() => maskFeatures(features, rng, { share: 1.2 })).toThrow(
      new RangeError('maskFeatures: share must be a number ≥ 0 and ≤ 1, got 1.2.'),
    );
  });
});
