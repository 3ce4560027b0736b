import type { CsrMatrix } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { columnSums } from './column-sums.js';
import { csrFromCoordinates } from './csr-from-coordinates.js';
import { normalizeColumns } from './normalize-columns.js';
import { normalizeRows } from './normalize-rows.js';
import { normalizeSymmetric } from './normalize-symmetric.js';
import { rowSums } from './row-sums.js';
import { toDense } from './to-dense.js';

// [[1, 0, 3, 0], [0, 0, 5, 0], [0, 0, 0, 0]]: rectangular, with an empty row and empty columns.
const matrix = csrFromCoordinates({
  rows: 3,
  columns: 4,
  rowIndices: [0, 0, 1],
  columnIndices: [0, 2, 2],
  values: [1, 3, 5],
});
const closeTo = (got: CsrMatrix, values: number[]) => {
  expect([...got.indices]).toEqual([...matrix.indices]);
  expect(got.values.length).toBe(values.length);
  values.forEach((value, at) => expect(got.values[at]).toBeCloseTo(value, 6));
};
const negative = csrFromCoordinates({
  rows: 2,
  columns: 2,
  rowIndices: [0, 1],
  columnIndices: [1, 1],
  values: [2, -0.5],
});

describe('rowSums and columnSums', () => {
  it('sum the values', () => {
    expect([...rowSums(matrix)]).toEqual([4, 5, 0]);
    expect([...columnSums(matrix)]).toEqual([1, 0, 8, 0]);
  });
});

describe('normalizeRows', () => {
  it('makes rows sum to 1 and leaves empty rows empty', () => {
    closeTo(normalizeRows(matrix), [1 / 4, 3 / 4, 1]);
  });

  it('adds epsilon to the degree and takes it to the exponent', () => {
    const normalized = normalizeRows(matrix, { epsilon: 1, exponent: 0.5 });
    closeTo(normalized, [1 / Math.sqrt(5), 3 / Math.sqrt(5), 5 / Math.sqrt(6)]);
  });

  it('makes rows whose sum is 0 zero, entries or not', () => {
    const cancelling = csrFromCoordinates({
      rows: 2,
      columns: 2,
      rowIndices: [0, 0, 1],
      columnIndices: [0, 1, 1],
      values: [1, -1, 0],
    });
    expect(normalizeRows(cancelling).values.map(Math.abs)).toEqual(Float32Array.of(0, 0, 0));
  });

  it('refuses negative sums and options', () => {
    expect(() => normalizeRows(negative)).toThrow(
      'normalizeRows: row sums must be ≥ 0, got -0.5 in row 1.',
    );
    expect(() => normalizeRows(matrix, { epsilon: -1 })).toThrow(
      'normalizeRows: epsilon must be a number ≥ 0, got -1.',
    );
  });
});

describe('normalizeColumns', () => {
  it('makes columns sum to 1', () => {
    closeTo(normalizeColumns(matrix), [1, 3 / 8, 5 / 8]);
  });

  it('adds epsilon to the degree', () => {
    closeTo(normalizeColumns(matrix, { epsilon: 2 }), [1 / 3, 3 / 10, 5 / 10]);
  });
});

describe('normalizeSymmetric', () => {
  it('divides by the roots of row and column sums', () => {
    closeTo(normalizeSymmetric(matrix), [1 / Math.sqrt(4), 3 / Math.sqrt(32), 5 / Math.sqrt(40)]);
  });

  it('adds epsilon to both degrees', () => {
    const normalized = normalizeSymmetric(matrix, { epsilon: 0.5 });
    const values = [1 / Math.sqrt(4.5 * 1.5), 3 / Math.sqrt(4.5 * 8.5), 5 / Math.sqrt(5.5 * 8.5)];
    closeTo(normalized, values);
  });

  it('takes the row sums for both ends of a directed graph', () => {
    // [[0, 4], [1, 2]] with row sums 4 and 3.
    const directed = csrFromCoordinates({
      rows: 2,
      columns: 2,
      rowIndices: [0, 1, 1],
      columnIndices: [1, 0, 1],
      values: [4, 1, 2],
    });
    const dense = toDense(normalizeSymmetric(directed, { degrees: 'rows' }));
    const expected = [0, 4 / Math.sqrt(12), 1 / Math.sqrt(12), 2 / 3];
    expected.forEach((value, at) => expect(dense[at]).toBeCloseTo(value, 6));
    expect(() => normalizeSymmetric(matrix, { degrees: 'rows' })).toThrow(
      "normalizeSymmetric: degrees 'rows' needs a square matrix, got [3, 4].",
    );
  });

  it('changes nothing of its argument and shares nothing with it', () => {
    const before = structuredClone(matrix);
    const normalized = normalizeSymmetric(matrix);
    normalized.values.fill(9);
    normalized.indices.fill(0);
    normalized.offsets.fill(0);
    expect(matrix).toEqual(before);
  });
});
