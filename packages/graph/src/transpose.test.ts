import { expect, it } from 'vitest';
import { csrFromCoordinates } from './csr-from-coordinates.js';
import { transpose } from './transpose.js';

const matrix = csrFromCoordinates({
  rows: 2,
  columns: 3,
  rowIndices: [0, 0, 1, 1],
  columnIndices: [0, 2, 1, 2],
  values: [1, 2, 3, 4],
});

it('transposes a rectangular matrix', () => {
  const { rows, columns, offsets, indices, values } = transpose(matrix);
  expect([rows, columns]).toEqual([3, 2]);
  expect([...offsets]).toEqual([0, 1, 2, 4]);
  expect([...indices]).toEqual([0, 1, 0, 1]);
  expect([...values]).toEqual([1, 3, 2, 4]);
});

it('is its own inverse', () => {
  expect(transpose(transpose(matrix))).toEqual(matrix);
});
