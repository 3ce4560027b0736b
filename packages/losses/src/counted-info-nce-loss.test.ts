import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, type GoldenTensor } from '@mmrec/test-utils';
import { gather, mean, ones, tensor1d, type Rank, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { countedInfoNceLoss } from './counted-info-nce-loss.js';
import { infoNceLoss } from './info-nce-loss.js';

const [size, d] = [4, 3];
const normals = (name: string): GoldenTensor => ({
  shape: [size, d],
  data: [...drawValues(createRng(5).normal(name, [size, d]))],
});

/** By its definition, in float64. */
const reference = (counts: Float32Array) => (a: Float64Array, p: Float64Array) => {
  const row = (x: Float64Array, at: number) => x.subarray(at * d, (at + 1) * d);
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((s, v, at) => s + v * y[at]!, 0);
  const power = (x: Float64Array, y: Float64Array) =>
    Math.exp(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)) / 0.3);
  let [loss, total] = [0, 0];
  counts.forEach((count, i) => {
    const all = counts.reduce((sum, other, j) => sum + other * power(row(a, i), row(p, j)), 0);
    loss -= count * Math.log(power(row(a, i), row(p, i)) / all);
    total += count;
  });
  return [loss / total];
};

eachBackend(() => {
  it.each([
    [[1, 1, 1, 1], 2048],
    [[3, 1, 2, 5], 2048],
    [[3, 1, 2, 5], 3],
  ])('has the values and gradients of the sum, counts %j, blocks of %i', (n, blockSize) => {
    const counts = Float32Array.from(n);
    checkGradient({
      inputs: [normals('a'), normals('p')],
      loss: (anchors, positives) =>
        countedInfoNceLoss(
          { anchors: anchors as Tensor2D, positives: positives as Tensor2D, counts },
          { temperature: 0.3, blockSize },
        ),
      reference: reference(counts),
    });
  });

  it('is the mean over the batch that the counts stand for', () => {
    const [anchors, positives] = [
      ones<Rank.R2>([2, 3]).mul([[1], [2]]),
      ones([2, 3]).cumsum(1),
    ].map(
      (x) =>
        x.add([
          [0, 1, 0],
          [1, 0, 0],
        ]) as Tensor2D,
    ) as [Tensor2D, Tensor2D];
    const rows = tensor1d([0, 1, 1, 1], 'int32');
    const batch = infoNceLoss(gather(anchors, rows), gather(positives, rows));
    const counted = countedInfoNceLoss({ anchors, positives, counts: Float32Array.of(1, 3) });
    expect(counted.dataSync()[0]).toBeCloseTo(mean(batch).dataSync()[0]!, 6);
  });
});

it('refuses a count too few', () => {
  const rows: Tensor2D = ones([2, 3]);
  expect(() =>
    countedInfoNceLoss({ anchors: rows, positives: rows, counts: Float32Array.of(1) }),
  ).toThrow(new RangeError('countedInfoNceLoss: anchors must have shape [1, any], got [2, 3].'));
});
