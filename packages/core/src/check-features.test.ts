import { describe, expect, it } from 'vitest';
import { checkFeatures } from './check-features.js';

const matrix = (rows: number) => ({ rows, columns: 1, data: new Float32Array(rows) });

describe('checkFeatures', () => {
  it('takes any number of modalities with a row an item', () => {
    checkFeatures('f', { visual: matrix(2) }, 2);
    checkFeatures('f', { visual: matrix(2), scent: matrix(2), textual: matrix(2) }, 2);
  });

  it('refuses none, and other rows than items', () => {
    expect(() => checkFeatures('f', {}, 2)).toThrow(
      new RangeError('f: features must hold at least one modality, got none.'),
    );
    expect(() => checkFeatures('f', { visual: matrix(2), scent: matrix(3) }, 2)).toThrow(
      new RangeError('f: scent features must have 2 rows, one an item, got 3.'),
    );
  });
});
