import { eachBackend } from '@mmrec/test-utils';
import { add, grad, memory, mul, square, sum, tensor1d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { withoutGradient } from './without-gradient.js';

eachBackend(() => {
  it('computes constants: the rest has its gradient', () => {
    const gradient = grad((x) =>
      sum(
        add(
          mul(
            x,
            withoutGradient(() => square(x)),
          ),
          x,
        ),
      ),
    );
    expect([...gradient(tensor1d([2, 3])).dataSync()]).toEqual([5, 10]);
  });

  it('keeps nothing for the backward pass', () => {
    const x = tensor1d([1, 2]);
    let kept = 0;
    grad((y) => {
      const before = memory().numTensors;
      withoutGradient(() => square(y)).dispose();
      kept = memory().numTensors - before;
      return sum(y);
    })(x);
    expect(kept).toBe(0);
  });

  it('records again after an error', () => {
    const fail = () => {
      throw new Error('no');
    };
    const gradient = grad((x) => {
      expect(() => withoutGradient(fail)).toThrow('no');
      return sum(square(x));
    });
    expect([...gradient(tensor1d([2])).dataSync()]).toEqual([4]);
  });
});
