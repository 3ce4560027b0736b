import { describe, expect, it } from 'vitest';
import { concatenateFeatures } from './concatenate-features.js';
import { normalizeFeatureRows } from './normalize-feature-rows.js';

const visual = { rows: 3, columns: 2, data: Float32Array.of(3, 4, 0, 0, 0, -2) };
const missing = Uint8Array.of(0, 1, 0);
const expectClose = (actual: Float32Array, expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, at) => expect(actual[at]).toBeCloseTo(value, 6));
};

describe('normalizeFeatureRows', () => {
  it('makes rows of length 1, keeps zero rows and what is missing, changes nothing given', () => {
    const unit = normalizeFeatureRows({ ...visual, missing });
    expectClose(unit.data, [0.6, 0.8, 0, 0, 0, -1]);
    expect(unit.missing).toBe(missing);
    expect([...visual.data]).toEqual([3, 4, 0, 0, 0, -2]);
  });

  it('takes numbers whose squares a float32 does not hold', () => {
    const huge = { rows: 1, columns: 2, data: Float32Array.of(3e30, 4e30) };
    expectClose(normalizeFeatureRows(huge).data, [0.6, 0.8]);
    const tiny = { rows: 1, columns: 2, data: Float32Array.of(3e-30, 4e-30) };
    expectClose(normalizeFeatureRows(tiny).data, [0.6, 0.8]);
  });
});

describe('concatenateFeatures', () => {
  it('puts rows of length 1 side by side, in the order given', () => {
    const textual = { rows: 3, columns: 1, data: Float32Array.of(7, -2, 0) };
    const { rows, columns, data } = concatenateFeatures({ visual, textual });
    expect([rows, columns]).toEqual([3, 3]);
    expectClose(data, [0.6, 0.8, 1, 0, 0, -1, 0, -1, 0]);
  });

  it('misses an item that every modality misses', () => {
    const textual = { rows: 3, columns: 1, data: Float32Array.of(1, 0, 0) };
    const both = concatenateFeatures({
      visual: { ...visual, missing },
      textual: { ...textual, missing: Uint8Array.of(0, 1, 1) },
    });
    expect(both.missing).toEqual(missing);
    expect(concatenateFeatures({ visual: { ...visual, missing }, textual })).not.toHaveProperty(
      'missing',
    );
  });

  it('refuses matrices of different length, and none', () => {
    const textual = { rows: 2, columns: 1, data: Float32Array.of(1, 2) };
    expect(() => concatenateFeatures({ visual, textual })).toThrow(
      new RangeError('concatenateFeatures: textual features must have 3 rows like visual, got 2.'),
    );
    expect(() => concatenateFeatures({})).toThrow(
      new RangeError('concatenateFeatures: features must hold at least one matrix, got none.'),
    );
  });
});

it('takes nothing from rows that are marked missing, whatever stands in them', () => {
  const visual = { rows: 2, columns: 1, data: Float32Array.of(5, 6), missing: Uint8Array.of(0, 1) };
  const textual = {
    rows: 2,
    columns: 1,
    data: Float32Array.of(7, 8),
    missing: Uint8Array.of(1, 1),
  };
  const joined = concatenateFeatures({ visual, textual });
  expect([...joined.data]).toEqual([1, 0, 0, 0]);
  expect([...joined.missing!]).toEqual([0, 1]);
});
