import { createRng } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { dispose, memory, tensor2d, type Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  matrixVariable,
  uniformBias,
  xavierNormal,
  xavierUniform,
  zerosVariable,
} from './initializers.js';
import { createAdam } from './adam.js';

const valuesOf = (x: Variable) => Array.from(x.dataSync());
const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const varianceOf = (values: readonly number[]) =>
  meanOf(values.map((value) => value * value)) - meanOf(values) ** 2;

eachBackend(() => {
  describe('initialisers', () => {
    it('xavierUniform fills its range evenly', () => {
      const x = xavierUniform({ rows: 200, columns: 300, rng: createRng(1) });
      const bound = Math.sqrt(6 / 500);
      const values = valuesOf(x);
      expect(x.shape).toEqual([200, 300]);
      expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(-bound * 1.000001);
      expect(Math.max(...values.slice(0, 50_000))).toBeLessThan(bound);
      // Four standard errors of 60,000 numbers.
      expect(Math.abs(meanOf(values))).toBeLessThan((4 * bound) / Math.sqrt(3 * 60_000));
      expect(varianceOf(values) / (bound ** 2 / 3)).toBeCloseTo(1, 1.5);
      const outer = values.filter((value) => Math.abs(value) > bound / 2).length / values.length;
      expect(Math.abs(outer - 0.5)).toBeLessThan(0.01);
    });

    it('xavierNormal is normal', () => {
      const x = xavierNormal({ rows: 200, columns: 300, rng: createRng(1) });
      const values = valuesOf(x);
      const deviation = Math.sqrt(2 / 500);
      expect(Math.abs(meanOf(values))).toBeLessThan((4 * deviation) / Math.sqrt(60_000));
      expect(Math.abs(varianceOf(values) / deviation ** 2 - 1)).toBeLessThan(0.03);
      const within = (sigmas: number) =>
        values.filter((value) => Math.abs(value) < sigmas * deviation).length / values.length;
      expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.01);
      expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.005);
    });

    it('uniformBias stays within one over the root of its inputs', () => {
      const values = valuesOf(uniformBias(16, 1000, createRng(1)));
      expect(values.length).toBe(1000);
      expect(values.every((value) => Math.abs(value) <= 0.25)).toBe(true);
      expect(Math.max(...values)).toBeGreaterThan(0.24);
      expect(Math.min(...values)).toBeLessThan(-0.24);
    });

    it('zerosVariable is zero and trainable', () => {
      const x = zerosVariable([2, 1, 2]);
      expect(x.shape).toEqual([2, 1, 2]);
      expect(valuesOf(x)).toEqual([0, 0, 0, 0]);
      expect(x.trainable).toBe(true);
    });

    it.each([xavierUniform, xavierNormal])(
      '%o repeats itself with the same source only',
      (initialize) => {
        const make = (seed: number) =>
          valuesOf(initialize({ rows: 3, columns: 5, rng: createRng(seed) }));
        expect(make(1)).toEqual(make(1));
        expect(make(1)).not.toEqual(make(2));
        expect(new Set(make(1)).size).toBe(15);
      },
    );

    it('two of them have names of their own', () => {
      const [a, b] = [zerosVariable([1]), zerosVariable([1])];
      expect(a.name).not.toBe(b.name);
    });

    it('matrixVariable copies its numbers: neither changes with the other', () => {
      const data = Float32Array.of(1, 2, 3, 4);
      const x = matrixVariable({ rows: 2, columns: 2, data });
      data[0] = 9;
      expect(valuesOf(x)).toEqual([1, 2, 3, 4]);
      const optimizer = createAdam({ x }, { learningRate: 1 });
      const ones = tensor2d([
        [1, 1],
        [1, 1],
      ]);
      optimizer.step({ x: ones });
      expect([...data]).toEqual([9, 2, 3, 4]);
      expect(valuesOf(x)).not.toEqual([1, 2, 3, 4]);
    });

    it('matrixVariable is trainable unless told otherwise', () => {
      const matrix = { rows: 1, columns: 1, data: Float32Array.of(1) };
      expect(matrixVariable(matrix).trainable).toBe(true);
      expect(matrixVariable(matrix, false).trainable).toBe(false);
    });

    it('hold one tensor each', () => {
      const before = memory().numTensors;
      const source = { rows: 2, columns: 2, rng: createRng(1) };
      const made = [
        xavierUniform(source),
        xavierNormal(source),
        uniformBias(2, 2, createRng(1)),
        zerosVariable([2]),
        matrixVariable({ rows: 1, columns: 1, data: Float32Array.of(1) }),
      ];
      expect(memory().numTensors).toBe(before + 5);
      dispose(made);
      expect(memory().numTensors).toBe(before);
    });
  });
});
