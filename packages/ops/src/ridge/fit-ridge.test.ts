import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { DenseRows } from './dense-products.js';
import { fitRidge } from './fit-ridge.js';

const rng = createRng(7);
const normal = (name: string, rows: number, columns: number): DenseRows => {
  return { rows, columns, data: drawValues(rng.normal(name, [rows, columns])) };
};
const at = ({ columns, data }: DenseRows, row: number, column: number) =>
  data[row * columns + column]!;

/** Gauss–Jordan elimination of `[A | B]`, with pivots. */
function solve(a: number[][], b: number[][]): number[][] {
  const rows = a.map((row, i) => [...row, ...b[i]!]);
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row) => (Math.abs(row[i]!) > Math.abs(best[i]!) ? row : best));
    const place = rows.indexOf(pivot);
    [rows[i], rows[place]] = [pivot, rows[i]!];
    rows[i] = pivot.map((value) => value / pivot[i]!);
    rows.forEach((row, k) => {
      if (k !== i) rows[k] = row.map((value, c) => value - row[i]! * rows[i]![c]!);
    });
  }
  return rows.map((row) => row.slice(a.length));
}

/** W by the normal equations in float64, with λ ‖X‖² over the smaller side on the diagonal. */
function weightByHand(x: DenseRows, y: DenseRows, penalty: number): number[] {
  const center = (m: DenseRows) =>
    Array.from({ length: m.rows }, (_, i) =>
      Array.from({ length: m.columns }, (_, c) => {
        const column = Array.from({ length: m.rows }, (_, r) => at(m, r, c));
        return at(m, i, c) - column.reduce((sum, value) => sum + value, 0) / m.rows;
      }),
    );
  const [cx, cy] = [center(x), center(y)];
  const norm = cx.flat().reduce((sum, value) => sum + value ** 2, 0);
  const lambda = (penalty * norm) / Math.min(x.rows, x.columns);
  const gram = (a: number[][], b: number[][]) =>
    a[0]!.map((_, i) =>
      b[0]!.map((_, j) => a.reduce((sum, row, r) => sum + row[i]! * b[r]![j]!, 0)),
    );
  const left = gram(cx, cx).map((row, i) => row.map((v, j) => v + (i === j ? lambda : 0)));
  return solve(left, gram(cx, cy)).flat();
}

eachBackend(() => {
  it.each([
    ['more examples than inputs', 40, 6],
    ['more inputs than examples', 8, 21],
  ])('solves the normal equations: %s', (_, n, p) => {
    const examples = { inputs: normal('x', n, p), targets: normal('y', n, 3) };
    const before = memory().numTensors;
    const { weight, penalty } = fitRidge(examples, { penalties: [0.3] });
    const expected = weightByHand(examples.inputs, examples.targets, 0.3);
    expect(penalty).toBe(0.3);
    expected.forEach((value, place) => {
      expect(weight[place]).toBeCloseTo(value, 4);
    });
    expect(memory().numTensors).toBe(before);
  });

  it('maps as y = w (x − mean) + mean', () => {
    const rows = (...data: number[]) => ({
      ...{ rows: data.length, columns: 1 },
      data: Float32Array.from(data),
    });
    // Sxy / (Sxx (1 + λ)) = 4 / (2 · 1.5)
    const { map } = fitRidge(
      { inputs: rows(0, 1, 2), targets: rows(1, 3, 5) },
      { penalties: [0.5] },
    );
    expect(map(rows(1))[0]).toBeCloseTo(3, 6);
    expect(map(rows(4))[0]).toBeCloseTo(3 + (4 / 3) * 3, 5);
  });

  it('chooses a small penalty where the inputs say all, a large one where they say nothing', () => {
    const inputs = normal('inputs', 300, 8);
    const truth = normal('truth', 8, 2);
    const told = {
      ...{ rows: 300, columns: 2 },
      data: Float32Array.from({ length: 600 }, (_, place) => {
        const [row, column] = [Math.floor(place / 2), place % 2];
        let sum = 5;
        for (let c = 0; c < 8; c++) sum += at(inputs, row, c) * at(truth, c, column);
        return sum;
      }),
    };
    const learned = fitRidge({ inputs, targets: told });
    expect(learned.penalty).toBe(1e-3);
    expect(learned.heldOutError).toBeLessThan(1e-4);
    const unrelated = fitRidge({ inputs, targets: normal('noise', 300, 2) });
    expect(unrelated.penalty).toBeGreaterThanOrEqual(10);
    expect(unrelated.heldOutError).toBeGreaterThan(0.9);
  });

  it('fits all examples along what some of them span, where both sides are larger than allowed', () => {
    // Ten directions hold all 30 inputs: any ten examples span them.
    const [places, directions] = [normal('places', 60, 10), normal('directions', 10, 30)];
    const inputs: DenseRows = { rows: 60, columns: 30, data: new Float32Array(1800) };
    for (let row = 0; row < 60; row++)
      for (let c = 0; c < 30; c++)
        for (let k = 0; k < 10; k++)
          inputs.data[row * 30 + c]! += at(places, row, k) * at(directions, k, c);
    const examples = { inputs, targets: normal('y', 60, 2) };
    const before = memory().numTensors;
    // λ is in units of the mean over the directions that are looked at: 10, and 30 without the bound.
    const { weight } = fitRidge(examples, { penalties: [0.1], maxSize: 10 });
    const whole = fitRidge(examples, { penalties: [0.3] });
    expect(weight.length).toBe(60);
    weight.forEach((value, place) => {
      expect(value).toBeCloseTo(whole.weight[place]!, 4);
    });
    expect(memory().numTensors).toBe(before);
    // Equal examples span less, and nothing breaks.
    inputs.data.set(inputs.data.subarray(0, 900), 900);
    const again = fitRidge(examples, { maxSize: 20 });
    expect([...again.weight].every(Number.isFinite)).toBe(true);
  });

  it.each([1, 1e3, 1e6])(
    'fits along what examples span where one direction is %f times the rest',
    (length) => {
      const [rest, places, direction] = [
        normal('rest', 90, 70),
        normal('p', 90, 1),
        normal('d', 1, 70),
      ];
      const data = rest.data.map(
        (value, place) =>
          1e-3 * value +
          length * places.data[Math.floor(place / 70)]! * direction.data[place % 70]!,
      );
      const examples = { inputs: { ...rest, data }, targets: places };
      const { map } = fitRidge(examples, { penalties: [1e-3], maxSize: 40 });
      const mapped = map(examples.inputs);
      mapped.forEach((value, row) => expect(Math.abs(value - places.data[row]!)).toBeLessThan(0.1));
    },
  );

  it('gives the same map again', () => {
    const examples = { inputs: normal('x', 60, 5), targets: normal('y', 60, 2) };
    expect(fitRidge(examples).weight).toEqual(fitRidge(examples).weight);
  });

  it('takes columns that never change, and a single example', () => {
    const constant = { rows: 12, columns: 2, data: new Float32Array(24).fill(3) };
    const targets = normal('y', 12, 1);
    const mean = targets.data.reduce((sum, value) => sum + value / 12, 0);
    expect(fitRidge({ inputs: constant, targets }).map(constant)[0]).toBeCloseTo(mean, 5);
    const one = normal('one', 1, 3);
    expect([...fitRidge({ inputs: one, targets: one }).map(one)]).toEqual([...one.data]);
  });
});

it('refuses examples that don’t belong together, and penalties that are none', () => {
  const [two, three] = [normal('two', 2, 1), normal('three', 3, 1)];
  expect(() => fitRidge({ inputs: two, targets: three })).toThrow(
    new RangeError(
      'fitRidge: inputs and targets must have the same number of rows, at least 1, got 2 and 3.',
    ),
  );
  expect(() => fitRidge({ inputs: two, targets: two }, { penalties: [1, 0] })).toThrow(
    new RangeError('fitRidge: penalties must be numbers > 0, at least one, got [1, 0].'),
  );
  expect(() => fitRidge({ inputs: two, targets: two }, { maxSize: 0.5 })).toThrow(
    new RangeError('fitRidge: maxSize must be a whole number ≥ 1, got 0.5.'),
  );
});
