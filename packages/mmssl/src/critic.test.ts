import { createRng } from '@mmrec/core';
import { eachBackend, expectNear } from '@mmrec/test-utils';
import { grad, matMul, square, sum, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { createCritic } from './critic.js';

const [rows, numItems] = [6, 7];
const stream = createRng(5).stream('rows');
const input = Array.from({ length: rows * numItems }, () => stream.normal());

eachBackend(() => {
  describe.each([
    ['without dropout', [0, 0], 0.2],
    ['with dropout', [0.3, 0.5], 0.2],
    ['with slope 1', [0.3, 0.5], 1],
  ] as const)('%s', (_, dropout, slope) => {
    it('squaredInputGradients are the squared norms of the gradient for each row', () => {
      const critic = createCritic({
        ...{ numItems, widths: [5, 3], dropout, slope, scale: 10 },
        rng: createRng(6),
      });
      const draw = createRng(7);
      const judge = (x: Tensor2D) => critic.judge(matMul(x, critic.firstWeight), draw);
      const x = tensor2d(input, [rows, numItems]);
      // One differentiation by the engine: right, as opposed to two.
      const gradient = grad((a) => sum(judge(a as Tensor2D).scores))(x);
      const expected = [...sum(square(gradient), 1).dataSync()];
      const actual = critic.squaredInputGradients(judge(x)).dataSync();
      expectNear(actual, { shape: [rows], data: expected }, { relative: 1e-4, what: 'norms' });
    });
  });
});
