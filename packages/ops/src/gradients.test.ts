import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  add,
  customGrad,
  dispose,
  memory,
  mul,
  tanh,
  sum,
  tensor,
  tensor1d,
  tidy,
  variable,
  variableGrads,
  type Rank,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createAdam, type AdamOptions } from './adam.js';
import { gatherRows } from './gather-rows.js';
import { disposeGradients, distinctRows, valueAndGradients, type Gradient } from './gradients.js';
import { l2NormOfRows } from './l2-norm.js';
import { linear, projectRows } from './linear.js';

const rng = createRng(5);
const numbers = (name: string, ...shape: number[]) => drawValues(rng.normal(name, shape));
const table = (name: string, rows: number, columns: number) =>
  variable(tensor(numbers(name, rows, columns), [rows, columns])) as Variable<Rank.R2>;
const rows = Int32Array.of(4, 0, 4, 2);

/** A parameter's gradient as one dense array. */
function denseOf({ dense, rows: parts = [] }: Gradient, size: number): number[] {
  const out = dense ? Array.from(dense.dataSync()) : new Array<number>(size).fill(0);
  for (const { rows: listed, values } of parts) {
    expect(new Set(listed).size, 'rows are different').toBe(listed.length);
    const columns = values.shape[1];
    values.dataSync().forEach((value, at) => {
      out[listed[Math.floor(at / columns)]! * columns + (at % columns)]! += value;
    });
  }
  return out;
}

eachBackend(() => {
  describe('valueAndGradients', () => {
    /** Everything that reads rows, beside a dense use of the same table. */
    const objective = (parameters: Record<string, Variable>) => () => {
      const [features, weight, bias] = ['features', 'weight', 'bias'].map(
        (name) => parameters[name]!,
      );
      const layer = { weight: weight as Tensor2D, bias: bias as unknown as Tensor1D };
      const projected = projectRows(features as Tensor2D, rows, layer);
      const gathered = gatherRows(parameters['ids'] as Tensor2D, Int32Array.of(1, 1, 3, 0));
      const product = sum<Scalar>(mul(projected, linear(gathered, layer.weight, layer.bias)));
      const norm = l2NormOfRows(parameters['ids'] as Tensor2D, rows);
      return add<Scalar>(add(product, norm), sum(mul(parameters['ids']!, 0.5)));
    };
    const make = (): Record<string, Variable> => ({
      features: table('features', 6, 3),
      ids: table('ids', 5, 3),
      weight: table('weight', 3, 2),
      bias: variable(tensor1d([0.5, -0.25])),
    });

    it('equals the dense gradients of TensorFlow.js', () => {
      const parameters = make();
      const { value, gradients } = valueAndGradients(objective(parameters), parameters);
      const expected = variableGrads(objective(parameters), Object.values(parameters));
      expect(value.dataSync()[0]).toBeCloseTo(expected.value.dataSync()[0]!, 5);
      for (const [name, parameter] of Object.entries(parameters)) {
        const actual = denseOf(gradients[name]!, parameter.size);
        const wanted = expected.grads[parameter.name]!.dataSync();
        actual.forEach((number, at) => expect(number, `${name} ${at}`).toBeCloseTo(wanted[at]!, 4));
      }
      disposeGradients(gradients);
      dispose([value, expected.value, expected.grads, Object.values(parameters)] as never);
    });

    it('gives a table that is read by rows a gradient of these rows only', () => {
      const parameters = make();
      const { value, gradients } = valueAndGradients(objective(parameters), parameters);
      expect(gradients['features']!.dense).toBeUndefined();
      expect(gradients['features']!.rows!.map((part) => [...part.rows])).toEqual([[4, 0, 2]]);
      expect(gradients['ids']!.dense).toBeDefined();
      expect(gradients['ids']!.rows!.length).toBe(2);
      disposeGradients(gradients);
      dispose([value, ...Object.values(parameters)]);
    });

    it('leaves nothing behind, also when the objective throws', () => {
      const parameters = make();
      const before = memory().numTensors;
      const { value, gradients } = valueAndGradients(objective(parameters), parameters);
      disposeGradients(gradients);
      value.dispose();
      expect(memory().numTensors).toBe(before);
      const fail = () => {
        throw new Error('no');
      };
      expect(() => valueAndGradients(fail, parameters)).toThrow('no');
      // No recording goes on: outside, a gather has its dense gradient.
      const { value: sumOf, grads } = variableGrads(
        () => sum<Scalar>(gatherRows(parameters['ids'] as Tensor2D, rows)),
        [parameters['ids']!],
      );
      expect(Object.values(grads)[0]!.shape).toEqual([5, 3]);
      dispose([sumOf, ...Object.values(grads), ...Object.values(parameters)]);
    });

    it('has no gradient for what the objective does not depend on', () => {
      const parameters = make();
      const { value, gradients } = valueAndGradients(
        () => tidy(() => sum<Scalar>(mul(parameters['bias']!, 2))),
        parameters,
      );
      expect(Object.keys(gradients)).toEqual(['bias']);
      disposeGradients(gradients);
      dispose([value, ...Object.values(parameters)]);
    });
  });

  it('a backward pass frees what it is done with, also where an operation passes a gradient on as it is', () => {
    const x = variable(tensor1d([0.5, -0.25]));
    // The first operation's gradient is the last to be computed: how many tensors are there then?
    let held = 0;
    const first = customGrad((...inputs) => ({
      value: mul(inputs[0] as Tensor1D, 1),
      gradFunc: (dy) => {
        held = memory().numTensors;
        return [dy];
      },
    }));
    const objective = () => {
      let y = first(x) as Tensor1D;
      for (let round = 0; round < 30; round++) y = tanh(add<Tensor1D>(y, 0.1));
      return sum<Scalar>(y);
    };
    const theirs = variableGrads(objective, [x]);
    const without = held - memory().numTensors;
    const ours = valueAndGradients(objective, { x });
    expect(held - memory().numTensors).toBeLessThan(without - 50);
    expect([...ours.gradients['x']!.dense!.dataSync()]).toEqual([
      ...theirs.grads[x.name]!.dataSync(),
    ]);
    expect(ours.value.dataSync()).toEqual(theirs.value.dataSync());
    dispose([x, ours.value, theirs.value, ...Object.values(theirs.grads)]);
    disposeGradients(ours.gradients);
  });

  describe('createAdam with gradients by rows', () => {
    const touched = [Int32Array.of(2, 0), Int32Array.of(2), Int32Array.of(3, 1), Int32Array.of(0)];

    /** A table after a step for each list of rows, with the gradient by rows or spread over the table. */
    function trained(byRows: boolean, options: Partial<AdamOptions>): Float32Array {
      const p = table('p', 5, 3);
      const optimizer = createAdam({ p }, { learningRate: 0.1, ...options });
      touched.forEach((list, step) => {
        const values = numbers(`g${step}`, list.length, 3);
        if (byRows) {
          const part = tensor(values, [list.length, 3]) as Tensor2D;
          optimizer.step({ p: { rows: [{ rows: list, values: part }] } });
          part.dispose();
        } else {
          const spread = new Float32Array(15);
          list.forEach((row, at) => {
            spread.set(values.subarray(at * 3, at * 3 + 3), row * 3);
          });
          const dense = tensor(spread, [5, 3]);
          optimizer.step({ p: dense });
          dense.dispose();
        }
      });
      const result = p.dataSync().slice() as Float32Array;
      optimizer.dispose();
      p.dispose();
      return result;
    }

    it.each<Partial<AdamOptions>>([
      {},
      { weightDecay: 0.1 },
      { weightDecay: 0.1, decoupled: false },
    ])('is the dense step, bit for bit (%j)', (options) => {
      expect(trained(true, options)).toEqual(trained(false, options));
    });

    it('adds up parts by rows and a dense part', () => {
      const [p, q] = [table('p', 5, 3), table('p', 5, 3)];
      const [one, other] = [createAdam({ p }, {}), createAdam({ q }, {})];
      const [a, b] = [tensor([[1, 2, 3]]) as Tensor2D, tensor([[4, 5, 6]]) as Tensor2D];
      const dense = tensor(numbers('dense', 5, 3), [5, 3]);
      const parts = [
        { rows: Int32Array.of(2), values: a },
        { rows: Int32Array.of(2), values: b },
      ];
      one.step({ p: { dense, rows: parts } });
      const all = dense.dataSync().slice() as Float32Array;
      [5, 7, 9].forEach((value, column) => (all[6 + column]! += value));
      const sumOf = tensor(all, [5, 3]);
      other.step({ q: sumOf });
      p.dataSync().forEach((value, at) => expect(value).toBeCloseTo(q.dataSync()[at]!, 6));
      dispose([a, b, dense, sumOf, p, q]);
      one.dispose();
      other.dispose();
    });

    it('lazily leaves the rows that are not touched, and their moments', () => {
      const p = table('p', 4, 2);
      const before = p.dataSync().slice();
      const optimizer = createAdam({ p }, { learningRate: 0.1, lazy: true });
      const values = tensor([[1, -1]]) as Tensor2D;
      for (const row of [1, 3])
        optimizer.step({ p: { rows: [{ rows: Int32Array.of(row), values }] } });
      const after = p.dataSync();
      for (const row of [0, 2]) {
        expect([...after.slice(2 * row, 2 * row + 2)]).toEqual([
          ...before.slice(2 * row, 2 * row + 2),
        ]);
      }
      // Row 1 moved once, by the first step's full rate; row 3 by the second's.
      expect(after[2]! - before[2]!).toBeCloseTo(-0.1, 5);
      const second = (0.1 * (0.1 / (1 - 0.9 ** 2))) / Math.sqrt(0.001 / (1 - 0.999 ** 2));
      expect(after[6]! - before[6]!).toBeCloseTo(-second, 4);
      const m = optimizer.state['p']!.m.dataSync();
      [0, 0, 0.1, -0.1, 0, 0, 0.1, -0.1].forEach((value, at) =>
        expect(m[at]).toBeCloseTo(value, 6),
      );
      dispose([values, p]);
      optimizer.dispose();
    });
  });
});

it('distinctRows lists rows once, in order, with each position’s place', () => {
  const { rows: distinct, places } = distinctRows(Int32Array.of(7, 2, 7, 0, 2), 8);
  expect([...distinct]).toEqual([7, 2, 0]);
  expect([...places]).toEqual([0, 1, 0, 2, 1]);
});
