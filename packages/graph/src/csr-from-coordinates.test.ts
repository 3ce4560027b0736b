import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from './csr-from-coordinates.js';
import { toDense } from './to-dense.js';

// Rows 0–2, columns 0–3, unsorted, the place (2, 0) twice.
const entries = {
  rows: 3,
  columns: 4,
  rowIndices: [2, 0, 2, 0, 2],
  columnIndices: [3, 1, 0, 0, 0],
  values: [5, 2, 3, 7, 4],
};

describe('csrFromCoordinates', () => {
  it('sorts entries by row and column and sums duplicates', () => {
    const { offsets, indices, values } = csrFromCoordinates(entries);
    expect([...offsets]).toEqual([0, 2, 2, 4]);
    expect([...indices]).toEqual([0, 1, 0, 3]);
    expect([...values]).toEqual([7, 2, 7, 5]);
  });

  it('keeps the first value of duplicates once', () => {
    expect([...csrFromCoordinates(entries, { duplicates: 'once' }).values]).toEqual([7, 2, 3, 5]);
  });

  it('takes 1 for absent values', () => {
    const { values: _values, ...places } = entries;
    expect([...csrFromCoordinates(places).values]).toEqual([1, 1, 2, 1]);
    expect([...csrFromCoordinates(places, { duplicates: 'once' }).values]).toEqual([1, 1, 1, 1]);
  });

  it('equals dense accumulation on random entries', () => {
    const stream = createRng(3).stream('entries');
    const [rows, columns, count] = [13, 7, 200];
    const rowIndices = Array.from({ length: count }, () => stream.integer(rows));
    const columnIndices = Array.from({ length: count }, () => stream.integer(columns));
    const values = Array.from({ length: count }, () => stream.integer(9) - 4);
    const dense = new Float32Array(rows * columns);
    values.forEach((value, at) => {
      dense[rowIndices[at]! * columns + columnIndices[at]!]! += value;
    });
    const matrix = csrFromCoordinates({ rows, columns, rowIndices, columnIndices, values });
    expect(toDense(matrix)).toEqual(dense);
    for (let row = 0; row < rows; row++) {
      const line = [...matrix.indices.slice(matrix.offsets[row], matrix.offsets[row + 1])];
      expect(line).toEqual([...new Set(line)].sort((a, b) => a - b));
    }
  });

  it('sums in float64 and rounds once', () => {
    const values = [1, 2 ** -25, 2 ** -25, 2 ** -25, 2 ** -25];
    const zeros = values.map(() => 0);
    const coordinates = { rows: 1, columns: 1, rowIndices: zeros, columnIndices: zeros, values };
    expect(csrFromCoordinates(coordinates).values[0]).toBe(1 + 2 ** -23);
  });

  it('makes empty matrices', () => {
    const empty = csrFromCoordinates({ rows: 2, columns: 0, rowIndices: [], columnIndices: [] });
    expect([...empty.offsets]).toEqual([0, 0, 0]);
    expect(empty.indices.length + empty.values.length).toBe(0);
  });

  it('refuses what is no matrix', () => {
    const make = (change: object) => () => csrFromCoordinates({ ...entries, ...change });
    expect(make({ rowIndices: [2, 0, 3, 0, 2] })).toThrow(
      'csrFromCoordinates: rowIndices must be integers from 0 to 2, got 3 at position 2.',
    );
    expect(make({ columns: 3 })).toThrow(
      'csrFromCoordinates: columnIndices must be integers from 0 to 2, got 3 at position 0.',
    );
    expect(make({ values: [1] })).toThrow(
      'csrFromCoordinates: lengths must match, got rowIndices [5], columnIndices [5], values [1].',
    );
    expect(make({ rows: 1.5 })).toThrow(
      'csrFromCoordinates: rows must be an integer ≥ 0, got 1.5.',
    );
  });
});
