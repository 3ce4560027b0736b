import { createRng, drawValues } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  clone,
  gather,
  grad,
  grads,
  matMul,
  memory,
  mul,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
  transpose,
  unsortedSegmentSum,
  type Scalar,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { accelerateWasm } from './accelerate.js';

const rng = createRng(11);
const normal = (name: string, ...shape: number[]) =>
  tensor(drawValues(rng.normal(name, shape)), shape);

function expectClose(actual: Tensor, expected: Tensor, digits = 4): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  e.forEach((value, at) => expect(a[at], `number ${at}`).toBeCloseTo(value, digits));
}

eachBackend((backend) => {
  describe('plain TensorFlow.js code', () => {
    it('gathers rows of any rank, in any order, repeated', () => {
      const cube = tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 2, 2]);
      const picked = gather(cube, tensor1d([2, 0, 2], 'int32'));
      expect(picked.shape).toEqual([3, 2, 2]);
      expect([...picked.dataSync()]).toEqual([9, 10, 11, 12, 1, 2, 3, 4, 9, 10, 11, 12]);
      const square = gather(
        tensor1d([10, 20, 30]),
        tensor2d(
          [
            [0, 2],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
      );
      expect(square.shape).toEqual([2, 2]);
      expect([...square.dataSync()]).toEqual([10, 30, 20, 20]);
    });

    it.each([
      ['int32', [1, -2, 2147483647], [2147483647, 1]],
      ['bool', [1, 0, 1], [1, 1]],
    ] as const)('gathers %s', (dtype, values, expected) => {
      const picked = gather(tensor1d([...values], dtype), tensor1d([2, 0], 'int32'));
      expect(picked.dtype).toBe(dtype);
      expect([...picked.dataSync()]).toEqual([...expected]);
    });

    it('gathers along another axis', () => {
      const x = tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      expect([...gather(x, tensor1d([2, 0], 'int32'), 1).dataSync()]).toEqual([3, 1, 6, 4]);
    });

    it('gathers nothing', () => {
      expect(gather(tensor2d([[1, 2]]), tensor1d([], 'int32')).shape).toEqual([0, 2]);
    });

    it.each([0, 1])('has the gradient of gather along axis %i: repeated rows add up', (axis) => {
      const [x, weight] = [
        normal('x', 4, 3, 2),
        normal('w', ...(axis === 0 ? [5, 3, 2] : [4, 5, 2])),
      ];
      const rows = [2, 0, 2, 1, 2];
      const gradient = grad((y) => sum(mul(gather(y, tensor1d(rows, 'int32'), axis), weight)))(x);
      const expected = new Float32Array(24);
      const w = weight.arraySync() as number[][][];
      for (let a = 0; a < weight.shape[0]!; a++) {
        for (let b = 0; b < weight.shape[1]!; b++) {
          for (let c = 0; c < 2; c++) {
            const [i, j] = axis === 0 ? [rows[a]!, b] : [a, rows[b]!];
            expected[(i * 3 + j) * 2 + c]! += w[a]![b]![c]!;
          }
        }
      }
      expectClose(gradient, tensor(expected, [4, 3, 2]));
    });

    it('has the gradient of gather of a matrix by a matrix of indices', () => {
      const x = normal('table', 3, 2);
      const indices = tensor2d(
        [
          [0, 2],
          [2, 2],
        ],
        [2, 2],
        'int32',
      );
      const gradient = grad((y) => sum(gather(y, indices)))(x);
      expect([...gradient.dataSync()]).toEqual([1, 1, 0, 0, 3, 3]);
    });

    it('sums segments of rows of any rank', () => {
      const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 2, 2]);
      const sums = unsortedSegmentSum(x, tensor1d([3, 0, 3], 'int32'), 4);
      expect(sums.shape).toEqual([4, 2, 2]);
      expect([...sums.dataSync()]).toEqual([5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 10, 12, 14, 16]);
      expect([
        ...unsortedSegmentSum(tensor1d([1, 2, 4]), tensor1d([1, 1, 0], 'int32'), 2).dataSync(),
      ]).toEqual([4, 3]);
    });

    // libtensorflow sums no truth values.
    const summed = backend === 'tensorflow' ? (['int32'] as const) : (['int32', 'bool'] as const);
    it.each(summed)('sums segments of %s', (dtype) => {
      const x = tensor1d(dtype === 'bool' ? [1, 0, 1] : [1, 0, -7], dtype);
      const sums = unsortedSegmentSum(x, tensor1d([1, 1, 0], 'int32'), 2);
      expect([...sums.dataSync()]).toEqual(dtype === 'bool' ? [1, 1] : [-7, 1]);
    });

    it('leaves rows with a negative segment out', () => {
      const sums = unsortedSegmentSum(tensor1d([1, 2, 4]), tensor1d([0, -1, 1], 'int32'), 2);
      expect([...sums.dataSync()]).toEqual([1, 4]);
    });

    it('has the gradient of segment sums', () => {
      const weight = tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const gradient = grad((x) =>
        sum(mul(unsortedSegmentSum(x, tensor1d([2, 0, 2], 'int32'), 3), weight)),
      )(normal('y', 3, 2));
      expect([...gradient.dataSync()]).toEqual([5, 6, 1, 2, 5, 6]);
    });

    it.each([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])(
      'multiplies batches of matrices, transposed %s and %s, with their gradients',
      (transposeA, transposeB) => {
        const a = normal('a', 3, ...(transposeA ? [5, 4] : [4, 5])) as Tensor3D;
        const b = normal('b', 3, ...(transposeB ? [7, 5] : [5, 7])) as Tensor3D;
        const weight = normal('weight', 3, 4, 7);
        const straight = (x: Tensor, flip: boolean) => (flip ? transpose(x, [0, 2, 1]) : x);
        /** The same from sums of products. */
        const expected = (x: Tensor, y: Tensor) =>
          sum(mul(straight(x, transposeA).expandDims(3), straight(y, transposeB).expandDims(1)), 2);
        expectClose(matMul(a, b, transposeA, transposeB), expected(a, b));
        const objective = (f: (x: Tensor, y: Tensor) => Tensor) => (x: Tensor, y: Tensor) =>
          sum<Scalar>(mul(f(x, y), weight));
        const actual = grads(objective((x, y) => matMul(x, y, transposeA, transposeB)))([a, b]);
        const wanted = grads(objective(expected))([a, b]);
        actual.forEach((gradient, at) => expectClose(gradient, wanted[at]!));
      },
    );

    it('multiplies one matrix with each of a batch', () => {
      const [one, many] = [normal('one', 1, 4, 5), normal('many', 3, 5, 2)];
      const product = matMul(one, many);
      expect(product.shape).toEqual([3, 4, 2]);
      for (let batch = 0; batch < 3; batch++) {
        const single = matMul(one, many.slice([batch, 0, 0], [1, 5, 2]));
        expectClose(product.slice([batch, 0, 0], [1, 4, 2]), single, 5);
      }
    });

    it('multiplies whole numbers or refuses to, as the back end does', () => {
      const product = () =>
        matMul(tensor2d([[1, 2]], [1, 2], 'int32'), tensor2d([[3], [-4]], [2, 1], 'int32'));
      if (backend === 'wasm') expect(product).toThrow(/float32 tensors not yet supported/);
      else expect([...product().dataSync()]).toEqual([-5]);
    });

    it('a clone outlives what it was made of', () => {
      const before = memory().numTensors;
      const x = tensor1d([1, 2]);
      const y = clone(x);
      x.dispose();
      expect([...y.dataSync()]).toEqual([1, 2]);
      y.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it.runIf(backend === 'wasm')('names an index or segment that is out of range', () => {
      const x = tensor2d([
        [1, 2],
        [3, 4],
      ]);
      expect(() => gather(x, tensor1d([0, 2], 'int32'))).toThrow(
        new RangeError('gather: indices must be from 0 to 1, got 2.'),
      );
      expect(() => gather(x, tensor1d([-1], 'int32'))).toThrow(
        new RangeError('gather: indices must be from 0 to 1, got -1.'),
      );
      expect(() => unsortedSegmentSum(x, tensor1d([0, 3], 'int32'), 3)).toThrow(
        new RangeError('unsortedSegmentSum: ids must be below 3, got 3.'),
      );
    });

    it('stays as it is when accelerated again', () => {
      tidy(() => {
        accelerateWasm();
        expect([...gather(tensor1d([1, 2]), tensor1d([1], 'int32')).dataSync()]).toEqual([2]);
      });
    });
  });
});
