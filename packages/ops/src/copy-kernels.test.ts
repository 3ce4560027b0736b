import { eachBackend } from '@mmrec/test-utils';
import {
  concat,
  grad,
  mul,
  pad,
  slice,
  split,
  sum,
  tensor,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

/** Numbers 0, 1, 2 …, so that each tells where it comes from. */
const counting = (shape: number[], dtype: 'float32' | 'int32' = 'float32') => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Array.from({ length: size }, (_, at) => at),
    shape,
    dtype,
  );
};

/** Calls with each index of a shape, in row-major order. */
function eachIndex(shape: readonly number[], visit: (index: number[]) => void): void {
  const size = shape.reduce((a, b) => a * b, 1);
  for (let at = 0; at < size; at++) {
    let rest = at;
    const index = shape.map((_, axis) => {
      const below = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      const place = Math.floor(rest / below);
      rest %= below;
      return place;
    });
    visit(index);
  }
}

/** The number of {@link counting} at an index; 0 outside. */
function numberAt(shape: readonly number[], index: readonly number[]): number {
  if (index.some((place, axis) => place < 0 || place >= shape[axis]!)) return 0;
  return index.reduce((total, place, axis) => total * shape[axis]! + place, 0);
}

function expectNumbers(actual: Tensor, at: (index: number[]) => number): void {
  const expected: number[] = [];
  eachIndex(actual.shape, (index) => void expected.push(at(index)));
  expect([...actual.dataSync()]).toEqual(expected);
}

eachBackend(() => {
  describe('copies of blocks', () => {
    it.each([
      [[7], [2], [3]],
      [
        [5, 6],
        [1, 0],
        [3, 6],
      ],
      [
        [5, 6],
        [0, 2],
        [5, 3],
      ],
      [
        [5, 6],
        [2, 1],
        [2, 4],
      ],
      [
        [3, 4, 5],
        [0, 1, 0],
        [3, 2, 5],
      ],
      [
        [3, 4, 5],
        [1, 1, 1],
        [2, 2, 3],
      ],
      [
        [5, 6],
        [2, 0],
        [-1, -1],
      ],
      [
        [4, 3],
        [1, 0],
        [0, 3],
      ],
    ])('slice of %j from %j, %j', (shape, begin, size) => {
      for (const dtype of ['float32', 'int32'] as const) {
        const part = slice(counting(shape, dtype), begin, size);
        expect(part.dtype).toBe(dtype);
        expect(part.shape).toEqual(
          size.map((each, axis) => (each === -1 ? shape[axis]! - begin[axis]! : each)),
        );
        expectNumbers(part, (index) =>
          numberAt(
            shape,
            index.map((place, axis) => place + begin[axis]!),
          ),
        );
      }
    });

    it('slice past the end is refused', () => {
      expect(() => slice(counting([3, 2]), [2, 0], [2, 2])).toThrow();
    });

    it.each([
      [[[4], [2]], 0],
      [
        [
          [2, 3],
          [1, 3],
          [4, 3],
        ],
        0,
      ],
      [
        [
          [2, 3],
          [2, 1],
          [2, 0],
        ],
        1,
      ],
      [
        [
          [2, 3, 2],
          [2, 5, 2],
        ],
        -2,
      ],
    ])('concat of %j along %i', (shapes, along) => {
      const whole = concat(
        shapes.map((shape) => counting(shape)),
        along,
      );
      const axis = along < 0 ? along + shapes[0]!.length : along;
      expectNumbers(whole, (index) => {
        let place = index[axis]!;
        const shape = shapes.find((each) => {
          if (place < each[axis]!) return true;
          place -= each[axis]!;
          return false;
        })!;
        return numberAt(
          shape,
          index.map((each, at) => (at === axis ? place : each)),
        );
      });
    });

    it.each([
      [[6, 2], 3, 0],
      [[3, 6], [1, 2, 3], 1],
      [[3, 6], [4, -1], 1],
      [[2, 4, 3], 2, 1],
    ])('split of %j into %j along %i', (shape, parts, axis) => {
      let start = 0;
      for (const part of split(counting(shape), parts, axis)) {
        const first = start;
        expectNumbers(part, (index) =>
          numberAt(
            shape,
            index.map((place, at) => (at === axis ? place + first : place)),
          ),
        );
        start += part.shape[axis]!;
      }
      expect(start).toBe(shape[axis]);
    });

    it.each<[number[], [number, number][], number]>([
      [[3], [[1, 2]], 0],
      [
        [2, 3],
        [
          [1, 2],
          [0, 0],
        ],
        0,
      ],
      [
        [2, 3],
        [
          [0, 0],
          [2, 1],
        ],
        0,
      ],
      [
        [2, 3],
        [
          [1, 0],
          [0, 1],
        ],
        0,
      ],
      [
        [2, 3],
        [
          [0, 0],
          [2, 1],
        ],
        7,
      ],
    ])('pad of %j by %j with %i', (shape, paddings, constant) => {
      const padded = pad(counting(shape), paddings, constant);
      expectNumbers(padded, (index) => {
        const inner = index.map((place, axis) => place - paddings[axis]![0]);
        const outside = inner.some((place, axis) => place < 0 || place >= shape[axis]!);
        return outside ? constant : numberAt(shape, inner);
      });
    });

    it('the gradient of a slice is 0 outside of it', () => {
      const weights = counting([2, 2]);
      const ofX = grad((x: Tensor) => sum<Scalar>(mul(slice(x, [1, 1], [2, 2]), weights)));
      expect([...ofX(counting([4, 3])).dataSync()]).toEqual([0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 0, 0]);
    });
  });
});
