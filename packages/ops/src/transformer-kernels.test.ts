import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { attendGroups, type RowGroups } from './attend-groups.js';
import { crossEntropyOfRows } from './cross-entropy-of-rows.js';
import { gelu } from './gelu.js';
import { standardizeRows } from './standardize-rows.js';

const rng = createRng(11);
const numbers = (name: string, ...shape: number[]) => ({
  shape,
  data: Array.from(drawValues(rng.normal(name, shape)), (value) => 2 * value),
});

const rowsOf = (x: Float64Array, columns: number) =>
  Array.from({ length: x.length / columns }, (_, row) =>
    Array.from(x.subarray(row * columns, (row + 1) * columns)),
  );

/** Attention by its definition, row by row. */
function attention(
  x: Float64Array,
  columns: number,
  { offsets, rows, heads }: RowGroups & { heads: number },
) {
  const all = rowsOf(x, columns);
  const size = columns / 3;
  const width = size / heads;
  const out = new Float64Array(x.length / 3);
  for (let g = 0; g + 1 < offsets.length; g++) {
    const group = Array.from(rows.subarray(offsets[g], offsets[g + 1]));
    for (const i of group) {
      for (let c = 0; c < size; c++) {
        const first = Math.floor(c / width) * width;
        const powers = group.map((j) => {
          let score = 0;
          for (let k = first; k < first + width; k++) score += all[i]![k]! * all[j]![size + k]!;
          return Math.exp(score / Math.sqrt(width));
        });
        const total = powers.reduce((sum, power) => sum + power, 0);
        const value = (j: number) => all[j]![2 * size + c]!;
        out[i * size + c] = group.reduce((sum, j, at) => sum + (powers[at]! / total) * value(j), 0);
      }
    }
  }
  return out;
}

eachBackend(() => {
  // Groups of 1, 4 and 5 rows in no order, and a row (2) that is in none.
  const groups = {
    offsets: Int32Array.of(0, 1, 5, 5, 10),
    rows: Int32Array.of(7, 0, 9, 3, 1, 10, 4, 8, 6, 5),
  };

  it.each([
    { heads: 1, width: 4 },
    { heads: 2, width: 12 },
    { heads: 3, width: 20 },
  ])('attendGroups follows the definition, $heads heads of width $width', ({ heads, width }) => {
    const columns = 3 * heads * width;
    checkGradient({
      inputs: [numbers(`attention/${columns}`, 11, columns)],
      loss: (x) => attendGroups(x as Tensor2D, groups, heads),
      reference: (x) => attention(x!, columns, { ...groups, heads }),
    });
  });

  it('attendGroups takes a group of more rows than its inner loop takes at once', () => {
    const [rows, columns] = [37, 24];
    const one = {
      offsets: Int32Array.of(0, rows),
      rows: Int32Array.from({ length: rows }, (_, row) => row),
    };
    checkGradient({
      inputs: [numbers('long', rows, columns)],
      loss: (x) => attendGroups(x as Tensor2D, one, 2),
      reference: (x) => attention(x!, columns, { ...one, heads: 2 }),
    });
  });

  it.each([1, 3, 4, 18])('gelu and its gradient, %i numbers', (count) => {
    checkGradient({
      inputs: [numbers('gelu', count)],
      loss: (x) => gelu(x),
      reference: (x) =>
        x!.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))),
    });
  });

  it('gelu is finite far from zero', () => {
    const values = tidy(() => gelu(tensor2d([[-1e4, -50, 50, 1e4, 0]])).dataSync());
    [0, 0, 50, 1e4, 0].forEach((value, at) => {
      expect(values[at]).toBeCloseTo(value, 6);
    });
  });

  it.each([2, 4, 7, 64])('standardizeRows and its gradient, %i columns', (columns) => {
    checkGradient({
      inputs: [numbers(`standardize/${columns}`, 5, columns)],
      loss: (x) => standardizeRows(x as Tensor2D),
      reference: (x) =>
        rowsOf(x!, columns).flatMap((row) => {
          const mean = row.reduce((sum, value) => sum + value, 0) / columns;
          const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
          return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
        }),
    });
  });

  it.each([2, 5, 33])('crossEntropyOfRows and its gradient, %i classes', (classes) => {
    const targets = Int32Array.of(1, 0, classes - 1, 1);
    checkGradient({
      inputs: [numbers(`classes/${classes}`, 4, classes)],
      loss: (x) => crossEntropyOfRows(x as Tensor2D, targets),
      reference: (x) =>
        rowsOf(x!, classes).map((row, at) => {
          const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
          return Math.log(total) - row[targets[at]!]!;
        }),
    });
  });

  it('crossEntropyOfRows is finite for large logits', () => {
    const loss = tidy(() =>
      crossEntropyOfRows(tensor2d([[1e4, -1e4, 0]]), Int32Array.of(1)).dataSync(),
    );
    expect(loss[0]).toBe(2e4);
  });

  it('leaves no tensor behind', () => {
    const x: Tensor = tensor2d(Float32Array.from(numbers('leaks', 11, 24).data), [11, 24]);
    const before = memory().numTensors;
    tidy(() => attendGroups(gelu(standardizeRows(x as Tensor2D)), groups, 2).dataSync());
    expect(memory().numTensors).toBe(before);
    x.dispose();
  });
});

describe('what is refused', () => {
  const x = () => tensor2d(new Float32Array(24), [2, 12]);
  const pair = { offsets: Int32Array.of(0, 2), rows: Int32Array.of(0, 1) };

  it.each([
    {
      what: 'a head width that is no multiple of 4',
      call: () => attendGroups(x(), pair, 2) as Tensor,
      message:
        'attendGroups: x must have 3 · heads · w columns, w a multiple of 4, got 12 for 2 heads.',
    },
    {
      what: 'a row that is not there',
      call: () => attendGroups(x(), { ...pair, rows: Int32Array.of(0, 2) }, 1) as Tensor,
      message: 'attendGroups: rows must be integers from 0 to 1, got 2 at position 1.',
    },
    {
      what: 'a class that is not there',
      call: () => crossEntropyOfRows(x(), Int32Array.of(0, 12)) as Tensor,
      message: 'crossEntropyOfRows: targets must be integers from 0 to 11, got 12 at position 1.',
    },
  ])('$what', ({ call, message }) => {
    expect(() => tidy(call)).toThrow(new RangeError(message));
  });
});
