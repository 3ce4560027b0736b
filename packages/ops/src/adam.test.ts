import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  clone,
  dispose,
  memory,
  reshape,
  tensor,
  tensor1d,
  variable,
  type NamedTensorMap,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createAdam, type AdamOptions } from './adam.js';

/** 3 × 7 numbers: no multiple of the kernel's four. */
const shape = [3, 7];
const rng = createRng(3);
const start = drawValues(rng.normal('start', shape));
const gradientAt = (step: number) => drawValues(rng.normal(`gradient/${step}`, shape));

/** Adam in float64, written from the papers. */
function reference(steps: number, options: Partial<AdamOptions>): number[] {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = 0, decoupled = true } = options;
  return Array.from(start, (first, at) => {
    let [p, m, v] = [first, 0, 0];
    for (let step = 1; step <= steps; step++) {
      const g = gradientAt(step)[at]! + (decoupled ? 0 : weightDecay * p);
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const [mean, square] = [m / (1 - beta1 ** step), v / (1 - beta2 ** step)];
      const shrunk = decoupled ? p * (1 - learningRate * weightDecay) : p;
      p = shrunk - (learningRate * mean) / (Math.sqrt(square) + epsilon);
    }
    return p;
  });
}

function trained(steps: number, options: Partial<AdamOptions>): Float32Array {
  const p = variable(tensor(start.slice(), shape));
  const optimizer = createAdam({ p }, options);
  for (let step = 1; step <= steps; step++) {
    const g = tensor(gradientAt(step), shape);
    optimizer.step({ p: g });
    g.dispose();
  }
  const values = p.dataSync().slice() as Float32Array;
  optimizer.dispose();
  p.dispose();
  return values;
}

const valuesOf = (x: Tensor) => Array.from(x.dataSync());
const copyOf = (x: Tensor) => tensor(x.dataSync().slice(), x.shape);

eachBackend(() => {
  describe('restore', () => {
    it('goes on exactly where another optimiser stood', () => {
      const p = variable(tensor(start.slice(), shape));
      const before = memory().numTensors;
      const step = (optimizer: ReturnType<typeof createAdam>, number: number) => {
        const g = tensor(gradientAt(number), shape);
        optimizer.step({ p: g });
        g.dispose();
      };
      const first = createAdam({ p }, { learningRate: 0.1 });
      for (const number of [1, 2]) step(first, number);
      const { m, v } = first.state['p']!;
      const second = createAdam({ p }, { learningRate: 0.1 });
      second.restore({ steps: first.steps, state: { p: { m: copyOf(m), v: copyOf(v) } } });
      first.dispose();
      step(second, 3);
      expect(second.steps).toBe(3);
      second.dispose();
      expect(memory().numTensors).toBe(before);
      expect(valuesOf(p)).toEqual(Array.from(trained(3, { learningRate: 0.1 })));
      p.dispose();
    });

    it('refuses a state that lacks a parameter or has another shape', () => {
      const p = variable(tensor(start.slice(), shape));
      const optimizer = createAdam({ p });
      expect(() => {
        optimizer.restore({ steps: 1, state: {} });
      }).toThrow(new RangeError('restore: p must have moments, got none.'));
      const [m, v] = [tensor1d([1]), tensor1d([1])];
      expect(() => {
        optimizer.restore({ steps: 1, state: { p: { m, v } } });
      }).toThrow(new RangeError('restore: shapes must match, got p [3, 7], m [1], v [1].'));
      dispose([m, v, p]);
      optimizer.dispose();
    });
  });

  describe('createAdam', () => {
    it.each<[string, Partial<AdamOptions>]>([
      ['with its defaults', {}],
      ['with large steps', { learningRate: 0.1 }],
      [
        'with other decays and epsilon',
        { learningRate: 0.05, beta1: 0.5, beta2: 0.9, epsilon: 0.1 },
      ],
      ['without momentum', { learningRate: 0.05, beta1: 0, beta2: 0.5 }],
      ['with decoupled weight decay', { learningRate: 0.1, weightDecay: 0.3 }],
      [
        'with weight decay in the gradient',
        { learningRate: 0.1, weightDecay: 0.3, decoupled: false },
      ],
    ])('%s moves as the papers say over several steps', (_, options) => {
      for (const steps of [1, 2, 7]) {
        const expected = reference(steps, options);
        const actual = trained(steps, options);
        expected.forEach((value, at) => expect(actual[at], `number ${at}`).toBeCloseTo(value, 4));
      }
    });

    it('the two weight decays differ', () => {
      const decay = { learningRate: 0.1, weightDecay: 0.3 };
      expect(trained(3, decay)).not.toEqual(trained(3, { ...decay, decoupled: false }));
    });

    it('leaves a parameter without gradient, and its moments, as they are', () => {
      const [a, b] = [variable(tensor1d([1, 2])), variable(tensor1d([3]))];
      const optimizer = createAdam({ a, b }, { learningRate: 0.5, weightDecay: 0.1 });
      const g = tensor1d([1, -1]);
      optimizer.step({ a: g });
      expect(valuesOf(b)).toEqual([3]);
      expect(valuesOf(optimizer.state['b']!.m)).toEqual([0]);
      valuesOf(a).forEach((value, at) => expect(value).toBeCloseTo([0.45, 2.4][at]!, 5));
      expect(optimizer.steps).toBe(1);
      dispose([a, b, g]);
      optimizer.dispose();
    });

    it('takes another learning rate from step to step', () => {
      const p = variable(tensor1d([0]));
      const optimizer = createAdam({ p }, { learningRate: 1 });
      const g = tensor1d([5]);
      optimizer.step({ p: g });
      optimizer.learningRate = 0.25;
      optimizer.step({ p: g });
      // With one gradient all along, each step is the learning rate.
      expect(valuesOf(p)[0]).toBeCloseTo(-1.25, 4);
      dispose([p, g]);
      optimizer.dispose();
    });

    it.each<[string, (p: Variable) => Tensor]>([
      ['a clone', (p) => clone(p)],
      ['a reshaped view', (p) => reshape(p, [2, 2])],
    ])('%s made before a step keeps the old numbers', (_, look) => {
      const p = variable(tensor1d([1, 2, 3, 4]));
      const before = look(p);
      const optimizer = createAdam({ p }, { learningRate: 0.5 });
      const g = tensor1d([1, 1, 1, 1]);
      optimizer.step({ p: g });
      expect(valuesOf(before)).toEqual([1, 2, 3, 4]);
      valuesOf(p).forEach((value, at) => expect(value).toBeCloseTo(at + 0.5, 5));
      const between = look(p);
      const copy = valuesOf(between);
      optimizer.step({ p: g });
      expect(valuesOf(between)).toEqual(copy);
      expect(valuesOf(before)).toEqual([1, 2, 3, 4]);
      expect(valuesOf(p)).not.toEqual(copy);
      dispose([p, before, between, g]);
      optimizer.dispose();
    });

    it('does not change a gradient that shares the parameter’s memory', () => {
      const p = variable(tensor1d([2, -4]));
      const g = clone(p);
      const optimizer = createAdam({ p }, { learningRate: 0.5 });
      optimizer.step({ p: g });
      expect(valuesOf(g)).toEqual([2, -4]);
      valuesOf(p).forEach((value, at) => expect(value).toBeCloseTo([1.5, -3.5][at]!, 5));
      dispose([p, g]);
      optimizer.dispose();
    });

    it('allocates two tensors a parameter, none a step, and frees them', () => {
      const before = memory().numTensors;
      const p = variable(tensor1d([1]));
      const g = tensor1d([1]);
      const own = memory().numTensors;
      const optimizer = createAdam({ p });
      const gradients: NamedTensorMap = { p: g };
      expect(memory().numTensors).toBe(own + 2);
      optimizer.step(gradients);
      optimizer.step(gradients);
      expect(memory().numTensors).toBe(own + 2);
      optimizer.dispose();
      expect(memory().numTensors).toBe(own);
      dispose([p, g]);
      // The tensor that the variable was made from shares its memory and is still held.
      expect(memory().numTensors).toBe(before + 1);
    });

    it('refuses options out of range', () => {
      expect(() => createAdam({}, { learningRate: 0 })).toThrow(
        new RangeError('createAdam: learningRate must be a number > 0, got 0.'),
      );
      expect(() => createAdam({}, { beta2: 1 })).toThrow(
        new RangeError('createAdam: beta2 must be a number ≥ 0 and < 1, got 1.'),
      );
      expect(() => createAdam({}, { weightdecay: 0 } as never)).toThrow(
        new TypeError(`createAdam: unknown option 'weightdecay'. Did you mean 'weightDecay'?`),
      );
    });
  });
});
