import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { ones, tensor2d, zeros, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { twoViewInfoNceLoss } from './two-view-info-nce-loss.js';

const [batch, d] = [4, 3];
const normals = (name: string): GoldenTensor => ({
  shape: [batch, d],
  data: [...drawValues(createRng(11).normal(name, [batch, d]))],
});

/** By its definition, in float64. */
function reference(temperature: number, epsilon: number) {
  return (a: Float64Array, b: Float64Array) => {
    const row = (x: Float64Array, at: number) => x.subarray(at * d, (at + 1) * d);
    const dot = (x: Float64Array, y: Float64Array) => x.reduce((s, v, at) => s + v * y[at]!, 0);
    const power = (x: Float64Array, y: Float64Array) =>
      Math.exp(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)) / temperature);
    return Array.from({ length: batch }, (_, i) => {
      let all = 0;
      for (let j = 0; j < batch; j++) {
        all += power(row(a, i), row(b, j));
        if (j !== i) all += power(row(a, i), row(a, j));
      }
      return -Math.log(power(row(a, i), row(b, i)) / all + epsilon);
    });
  };
}

eachBackend(() => {
  it.each([
    [0.5, 0],
    [0.1, 1e-3],
  ])('has the values and gradients of the definition (τ %f, ε %f)', (temperature, epsilon) => {
    checkGradient({
      inputs: [normals('a'), normals('b')],
      loss: (a, b) => twoViewInfoNceLoss(a as Tensor2D, b as Tensor2D, { temperature, epsilon }),
      reference: reference(temperature, epsilon),
    });
  });

  it('is ln(2 batch − 1) for rows of zeros', () => {
    const loss = twoViewInfoNceLoss(zeros([4, 3]), ones([4, 3]));
    for (const value of loss.dataSync()) expect(value).toBeCloseTo(Math.log(7), 5);
  });

  it('is finite at a low temperature', () => {
    const rows = tensor2d([
      [1, 0],
      [-1, 0],
    ]);
    const loss = twoViewInfoNceLoss(rows, rows.neg(), { temperature: 0.001 });
    for (const value of loss.dataSync()) expect(value).toBeCloseTo(2000, 0);
  });
});

it('refuses shapes and options that are not allowed', () => {
  expect(() => twoViewInfoNceLoss(zeros([2, 3]), zeros([3, 3]))).toThrow(
    new RangeError(
      'twoViewInfoNceLoss: shapes must match, got anchors [2, 3], counterparts [3, 3].',
    ),
  );
  expect(() => twoViewInfoNceLoss(zeros([2, 3]), zeros([2, 3]), { temperature: 0 })).toThrow(
    new RangeError('twoViewInfoNceLoss: temperature must be a number > 0, got 0.'),
  );
});
