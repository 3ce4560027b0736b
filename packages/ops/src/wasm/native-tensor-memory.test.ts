import {
  add,
  cast,
  cumsum,
  engine,
  greater,
  mul,
  relu,
  reshape,
  split,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  where,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdam } from '../adam.js';
import { useBackend } from '../backend.js';
import { sharedWasmBackend } from './load-wasm.js';

const native = (process.env['MMREC_BACKENDS'] ?? '').split(',').includes('tensorflow');
const numbers = (x: Tensor) => [...x.dataSync()];

describe.skipIf(!native)('tensors beside libtensorflow', () => {
  beforeAll(async () => void (await useBackend('tensorflow')));

  it('reach an operation that only libtensorflow computes, under the shape that they have by then', () => {
    tidy(() => {
      const row = mul(tensor1d([1, 2, 3, 4, 5, 6]), 2);
      const matrix = reshape(row, [2, 3]);
      for (let round = 0; round < 2; round++) {
        expect(numbers(cumsum(matrix, 1))).toEqual([2, 6, 12, 8, 18, 30]);
        expect(numbers(cumsum(row))).toEqual([2, 6, 12, 20, 30, 42]);
        expect(numbers(cumsum(reshape(matrix, [3, 2]), 0))).toEqual([2, 4, 8, 12, 18, 24]);
      }
      // And back from there.
      expect(numbers(relu(add(cumsum(matrix, 1), -10)))).toEqual([0, 0, 2, 0, 8, 20]);
    });
  });

  it('keep integers and truth values', () => {
    tidy(() => {
      const x = add(tensor1d([1, -2, 3]), 0.5);
      const positive = greater(x, 0);
      expect([positive.dtype, ...numbers(positive)]).toEqual(['bool', 1, 0, 1]);
      expect(numbers(where(positive, x, mul(x, 10)))).toEqual([1.5, -15, 3.5]);
      const whole = cast(x, 'int32');
      expect([whole.dtype, ...numbers(add(whole, whole))]).toEqual(['int32', 2, -2, 6]);
      expect(numbers(cumsum(whole))).toEqual([1, 0, 3]);
    });
  });

  it('that share a parameter’s numbers keep them when it is trained', () => {
    const parameter = variable(tensor2d([[1, 2]]));
    const flat = reshape(parameter, [2]);
    const optimizer = createAdam({ parameter }, { learningRate: 1 });
    optimizer.step({ parameter: { dense: tensor2d([[1, 1]]) } });
    expect(numbers(flat)).toEqual([1, 2]);
    expect(numbers(parameter)).not.toEqual([1, 2]);
    parameter.dispose();
    flat.dispose();
    optimizer.dispose();
  });

  it('are gone from both back ends when they are disposed', async () => {
    const wasm = (await sharedWasmBackend())!.backend!;
    const count = () => [engine().backend.numDataIds(), wasm.numDataIds()];
    const work = () => {
      tidy(() => {
        const x = mul(tensor2d([[1, 2, 3, 4]]), 3);
        const parts = split(x, 2, 1);
        reshape(add(parts[0]!, parts[1]!), [2]).dataSync();
        cumsum(reshape(x, [2, 2])).dataSync();
      });
    };
    work();
    const before = count();
    for (let round = 0; round < 3; round++) work();
    expect(count()).toEqual(before);
  });
});
