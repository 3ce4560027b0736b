import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gumbelSoftmax } from './gumbel-softmax.js';

const shape = [5, 3];
const rng = createRng(3);
const logits: GoldenTensor = { shape, data: [...drawValues(rng.normal('logits', shape))] };
const gumbel = rng.gumbel('noise', shape);
const uniform = rng.uniform('noise', shape);

/** The same in float64: a softmax of each row of (logits + noise) / temperature. */
const reference = (noise: ArrayLike<number>, temperature: number) => (h: Float64Array) => {
  const weights = h.map((value, at) => Math.exp((value + noise[at]!) / temperature));
  return weights.map((weight, at) => {
    const start = at - (at % 3);
    return weight / (weights[start]! + weights[start + 1]! + weights[start + 2]!);
  });
};

eachBackend(() => {
  describe('gumbelSoftmax', () => {
    it('is a softmax of the noisy logits, differentiable', () => {
      checkGradient({
        inputs: [logits],
        loss: (h) => gumbelSoftmax(h as Tensor2D, { temperature: 0.7, noise: gumbel }),
        reference: reference(drawValues(gumbel), 0.7),
      });
    });

    it('makes logistic noise of uniform numbers', () => {
      const logistic = drawValues(uniform).map((u) => Math.log(u) - Math.log(1 - u));
      checkGradient({
        inputs: [logits],
        loss: (h) => gumbelSoftmax(h as Tensor2D, { temperature: 0.7, noise: uniform }),
        reference: reference(logistic, 0.7),
      });
    });

    it('is a plain softmax without noise', () => {
      checkGradient({
        inputs: [logits],
        loss: (h) => gumbelSoftmax(h as Tensor2D, { temperature: 2 }),
        reference: reference(new Float32Array(15), 2),
      });
    });

    it('draws each column as often as its probability says', () => {
      const rows = 4000;
      const noise = createRng(5).gumbel('many', [rows, 3]);
      const one = [Math.log(0.2), Math.log(0.3), Math.log(0.5)];
      const h = tensor2d(
        Array.from({ length: rows }, () => one),
        [rows, 3],
      );
      const y = gumbelSoftmax(h, { temperature: 0.01, noise }).dataSync();
      const share = (column: number) =>
        Array.from({ length: rows }, (_, row) => Number(y[3 * row + column]! > 0.5)).reduce(
          (all, each) => all + each / rows,
          0,
        );
      [0.2, 0.3, 0.5].forEach((p, column) =>
        expect(Math.abs(share(column) - p)).toBeLessThan(0.03),
      );
    });

    it('makes the same noise for many rows as for each alone', () => {
      const many = createRng(6).gumbel('rows', [30_000, 3]);
      const zeros = tensor2d(new Float32Array(90_000), [30_000, 3]);
      const y = gumbelSoftmax(zeros, { temperature: 1, noise: many }).dataSync();
      const expected = reference(drawValues(many), 1)(new Float64Array(90_000));
      const far = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - y[at]!)), 0);
      expect(far).toBeLessThan(1e-5);
    });

    it('is finite for logits of ±10,000, a low temperature, and a uniform number of 0', () => {
      const h = tensor2d([[1e4, -1e4, 1e4]]);
      const zeros = {
        ...uniform,
        shape: [1, 3],
        source: { values: Float32Array.of(0, 0, 1 - 2 ** -24) },
      };
      const y = gumbelSoftmax(h, { temperature: 0.01, noise: zeros }).dataSync();
      expect([...y]).toEqual([0, 0, 1]);
    });

    it('refuses a temperature of 0, another shape and other noise', () => {
      const h = tensor2d([[1, 2]]);
      expect(() => gumbelSoftmax(h, { temperature: 0 })).toThrow(
        new RangeError('gumbelSoftmax: temperature must be a number > 0, got 0.'),
      );
      expect(() => gumbelSoftmax(h, { temperature: 1, noise: gumbel })).toThrow(
        new RangeError('gumbelSoftmax: noise must have shape [1, 2], got [5, 3].'),
      );
      const noise = createRng(1).normal('noise', [1, 2]);
      expect(() => gumbelSoftmax(h, { temperature: 1, noise })).toThrow(
        new RangeError(
          "gumbelSoftmax: noise must be drawn by rng.gumbel or rng.uniform, got 'normal'.",
        ),
      );
    });
  });
});
