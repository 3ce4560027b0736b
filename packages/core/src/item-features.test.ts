import { describe, expect, it } from 'vitest';
import { clearMissingRows, itemFeatures, presence } from './item-features.js';

const gaps = {
  rows: 3,
  columns: 2,
  data: Float32Array.of(1, 2, NaN, 4, 5, 6),
  missing: Uint8Array.of(0, 1, 0),
};

describe('clearMissingRows', () => {
  it('puts zeros in the rows of missing items, into a copy', () => {
    const cleared = clearMissingRows(gaps);
    expect([...cleared.data]).toEqual([1, 2, 0, 0, 5, 6]);
    expect(cleared.missing).toBe(gaps.missing);
    expect(gaps.data[3]).toBe(4);
  });

  it('gives what needs no change as it is', () => {
    const { missing, ...whole } = gaps;
    expect(missing).toBeDefined();
    expect(clearMissingRows(whole)).toBe(whole);
    const cleared = clearMissingRows(gaps);
    expect(clearMissingRows(cleared)).toBe(cleared);
  });

  it('refuses marks that don’t fit', () => {
    expect(() => clearMissingRows({ ...gaps, missing: Uint8Array.of(1) })).toThrow(
      new RangeError('clearMissingRows: missing must have a mark for each of 3 rows, got 1.'),
    );
  });
});

describe('itemFeatures', () => {
  it('clears each modality', () => {
    const { visual } = itemFeatures('create', { visual: gaps }, 3);
    expect([...visual!.data]).toEqual([1, 2, 0, 0, 5, 6]);
  });

  it.each([
    [{}, 'create: features must hold at least one modality, got none.'],
    [{ visual: gaps }, 'create: visual features must have 4 rows, one an item, got 3.'],
    [
      { visual: { ...gaps, rows: 4, missing: Uint8Array.of(1, 0) } },
      'create: missing of visual features must have a mark for each of 4 items, got 2.',
    ],
  ])('refuses %#', (features, message) => {
    expect(() => itemFeatures('create', features, 4)).toThrow(new RangeError(message));
  });
});

it('presence is the opposite of missing, and undefined where nobody is', () => {
  expect([...presence(gaps)!]).toEqual([1, 0, 1]);
  expect(presence({ ...gaps, missing: new Uint8Array(3) })).toBeUndefined();
});
