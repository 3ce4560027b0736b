import { describe, expect, it } from 'vitest';
import { checkIndices, checkSameShape, checkShape, nearestName } from './checks.js';

describe('checks', () => {
  it('name the function, the rule and the value', () => {
    expect(() => {
      checkSameShape('f', { a: { shape: [2] }, b: { shape: [3] } });
    }).toThrow(new RangeError('f: shapes must match, got a [2], b [3].'));
    expect(() => {
      checkShape('f', { x: { shape: [2, 3] } }, [null, 4]);
    }).toThrow(new RangeError('f: x must have shape [any, 4], got [2, 3].'));
    expect(() => {
      checkIndices('f', { rows: [0, 3] }, 3);
    }).toThrow(new RangeError('f: rows must be integers from 0 to 2, got 3 at position 1.'));
    expect(() => {
      checkShape('f', { x: { shape: [2, 4] } }, [null, 4]);
      checkIndices('f', { rows: [0, 2] }, 3);
    }).not.toThrow();
  });

  it('suggest a name only when it is near', () => {
    expect(nearestName('embedingSize', ['embeddingSize', 'epochs'])).toBe('embeddingSize');
    expect(nearestName('zebra', ['embeddingSize', 'epochs'])).toBeUndefined();
  });
});
