import { createRng, drawValues } from '@mmrec/core';
import { checkGradient, eachBackend, expectNear, type GoldenTensor } from '@mmrec/test-utils';
import { grads, matMul, square, sum, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { squaredNormsOfProduct } from './product-row-norms.js';

const numbers = (name: string, ...shape: [number, number]): GoldenTensor => ({
  shape,
  data: [...drawValues(createRng(3).normal(name, shape))],
});

eachBackend((backend) => {
  it('are the squared norms of the rows of the product', () => {
    checkGradient({
      inputs: [numbers('a', 4, 3), numbers('b', 5, 3)],
      loss: (a, b) => squaredNormsOfProduct(a as Tensor2D, b as Tensor2D),
      reference: (a, b) =>
        [0, 1, 2, 3].map((row) => {
          let total = 0;
          for (let column = 0; column < 5; column++) {
            let product = 0;
            for (let c = 0; c < 3; c++) product += a![row * 3 + c]! * b![column * 3 + c]!;
            total += product ** 2;
          }
          return total;
        }),
    });
  });

  // A width that the strips don't divide.
  it.skipIf(backend === 'cpu')('are the same for wide matrices, made by halves', () => {
    const [a, b] = [numbers('a', 20, 523), numbers('b', 30, 523)].map(({ shape, data }) =>
      tensor2d([...data], shape as [number, number]),
    ) as [Tensor2D, Tensor2D];
    const plain = (x: Tensor2D, y: Tensor2D) => sum(square(matMul(x, y, false, true)), 1);
    const near = (actual: Float32Array, expected: Float32Array) => {
      const reference = { shape: [expected.length], data: [...expected] };
      expectNear(actual, reference, { relative: 1e-5, what: 'numbers' });
    };
    near(
      squaredNormsOfProduct(a, b).dataSync() as Float32Array,
      plain(a, b).dataSync() as Float32Array,
    );
    const gradientsOf = (f: typeof plain) =>
      grads((x, y) => sum(f(x as Tensor2D, y as Tensor2D)))([a, b]);
    const expected = gradientsOf(plain);
    gradientsOf(squaredNormsOfProduct).forEach((gradient, at) => {
      near(gradient.dataSync() as Float32Array, expected[at]!.dataSync() as Float32Array);
    });
  });
});

it('refuses matrices of different widths', () => {
  expect(() => squaredNormsOfProduct(tensor2d([[1, 2]]), tensor2d([[1]]))).toThrow(
    new RangeError('squaredNormsOfProduct: b must have shape [any, 2], got [1, 1].'),
  );
});
