import { createRng, drawValues, type CsrMatrix } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  grads,
  matMul,
  memory,
  mul,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  transpose,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cosineOfRows, l2NormalizeRows, meanCosineOfRows } from './row-norms.js';
import { dropout } from './dropout.js';
import { gatherRows, segmentSum } from './gather-rows.js';
import { l2Norm, l2NormOfRows } from './l2-norm.js';
import { linear, projectRows } from './linear.js';
import { propagateBipartite } from './propagate-bipartite.js';
import { spmm } from './spmm.js';
import { stopGradient } from './stop-gradient.js';
import { transposeCsr } from './csr.js';
import { tripletGaps } from './triplet-gaps.js';

const rng = createRng(7);

/** Numbers of a standard normal, named. */
const normal = (name: string, ...shape: number[]) =>
  tensor(drawValues(rng.normal(name, shape)), shape);
const matrix = (name: string, rows: number, columns: number) =>
  normal(name, rows, columns) as Tensor2D;

/** A random sparse matrix with an empty row, an empty column and a full row, and the same one dense. */
function sparse(rows: number, columns: number): { csr: CsrMatrix; dense: Tensor2D } {
  const keep = drawValues(rng.uniform('pattern', [rows, columns]));
  const values = drawValues(rng.normal('values', [rows, columns]));
  const dense = values.map((value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    if (row === 1 || column === 2) return 0;
    return row === 0 || keep[at]! < 0.3 ? value : 0;
  });
  const offsets = [0];
  const indices: number[] = [];
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = dense[row * columns + column]!;
      if (value !== 0) {
        indices.push(column);
        kept.push(value);
      }
    }
    offsets.push(indices.length);
  }
  return {
    csr: {
      rows,
      columns,
      offsets: Int32Array.from(offsets),
      indices: Int32Array.from(indices),
      values: Float32Array.from(kept),
    },
    dense: tensor2d(dense, [rows, columns]),
  };
}

function expectEqual(actual: Tensor, expected: Tensor, digits = 4): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  for (let at = 0; at < e.length; at++) expect(a[at], `number ${at}`).toBeCloseTo(e[at]!, digits);
}

/** Values and gradients of two functions of the same tensors agree, with a random weight for each output. */
function expectSame(
  actual: (...inputs: Tensor2D[]) => Tensor,
  expected: (...inputs: Tensor2D[]) => Tensor,
  inputs: Tensor2D[],
): void {
  const weighted = (f: (...args: Tensor2D[]) => Tensor) =>
    grads((...args: Tensor[]) => {
      const out = f(...(args as Tensor2D[]));
      return sum<Scalar>(mul(out, normal('weights', ...out.shape)));
    })(inputs);
  tidy(() => {
    expectEqual(actual(...inputs), expected(...inputs));
    const [a, e] = [weighted(actual), weighted(expected)];
    e.forEach((gradient, index) => expectEqual(a[index]!, gradient));
  });
}

eachBackend(() => {
  // Widths around the kernels' panels of 32, 4 and 1.
  describe.each([1, 3, 4, 31, 32, 64, 67])('with %i columns', (columns) => {
    it('spmm equals the dense product', () => {
      const { csr, dense } = sparse(9, 13);
      expectSame(
        (x) => spmm(csr, x!),
        (x) => matMul(dense, x!),
        [matrix('x', 13, columns)],
      );
    });

    it('propagateBipartite equals products with the dense adjacency', () => {
      const { csr, dense } = sparse(6, 11);
      const blocks = { userItem: csr, itemUser: transposeCsr(csr) };
      const inputs = [matrix('users', 6, columns), matrix('items', 11, columns)];
      for (const weights of [[2], [0.5, 0.25], [0.2, 0, 0.7], [1, 2, 3, 4]]) {
        const expected = (users: Tensor2D, items: Tensor2D) => {
          let layer = [users, items] as const;
          let result = [mul(users, weights[0]!), mul(items, weights[0]!)] as const;
          for (const weight of weights.slice(1)) {
            layer = [matMul(dense, layer[1]), matMul(dense, layer[0], true)];
            result = [result[0].add(layer[0].mul(weight)), result[1].add(layer[1].mul(weight))];
          }
          // Every output depends on every input, if only by zero, so that all have gradients.
          const nothing = users.sum().add(items.sum()).mul(0);
          return [result[0].add(nothing), result[1].add(nothing)] as const;
        };
        for (const side of [0, 1] as const) {
          expectSame(
            (users, items) => propagateBipartite(blocks, [users!, items!], weights)[side],
            (users, items) => expected(users!, items!)[side],
            inputs,
          );
        }
      }
    });

    it('propagateBipartite has the right gradient for blocks that are not each other’s transpose', () => {
      const { csr, dense } = sparse(6, 11);
      const other = sparse(11, 6);
      expectSame(
        (users, items) =>
          propagateBipartite({ userItem: csr, itemUser: other.csr }, [users!, items!], [1, 1])[0],
        (users, items) => users!.add(matMul(dense, items!)),
        [matrix('users', 6, columns), matrix('items', 11, columns)],
      );
    });

    it('gatherRows and segmentSum equal products with one-hot matrices', () => {
      const rows = Int32Array.of(4, 0, 4, 2, 4);
      const oneHot = tensor2d(
        [...rows].flatMap((row) => [0, 1, 2, 3, 4, 5].map((r) => Number(r === row))),
        [5, 6],
      );
      expectSame(
        (x) => gatherRows(x!, rows),
        (x) => matMul(oneHot, x!),
        [matrix('table', 6, columns)],
      );
      expectSame(
        (x) => segmentSum(x!, rows, 6),
        (x) => matMul(oneHot, x!, true),
        [matrix('rows', 5, columns)],
      );
    });

    it('dropout multiplies by the mask that the draw describes', () => {
      const mask = rng.dropoutMask('mask', [7, columns], 0.4);
      const values = tensor2d(drawValues(mask), [7, columns]);
      expectSame(
        (x) => dropout(x!, mask),
        (x) => mul(x!, values),
        [matrix('x', 7, columns)],
      );
      const rows = Int32Array.of(6, 1, 6);
      expectSame(
        (x) => dropout(x!, mask, rows),
        (x) => mul(x!, gatherRows(values, rows)),
        [matrix('few', 3, columns)],
      );
    });

    it('l2NormalizeRows divides by the norm', () => {
      expectSame(
        (x) => l2NormalizeRows(x!),
        (x) => x!.div(x!.square().sum(1, true).sqrt()),
        [matrix('x', 5, columns)],
      );
    });

    it('cosineOfRows is the normalised inner product', () => {
      const norm = (x: Tensor2D) => x.square().sum(1).sqrt();
      expectSame(
        (a, b) => cosineOfRows(a!, b!),
        (a, b) =>
          a!
            .mul(b!)
            .sum(1)
            .div(norm(a!).mul(norm(b!))),
        [matrix('a', 5, columns), matrix('b', 5, columns)],
      );
    });

    it('meanCosineOfRows is the mean of the cosines', () => {
      expectSame(
        (a, b) => meanCosineOfRows(a!, b!),
        (a, b) => cosineOfRows(a!, b!).mean(),
        [matrix('a', 5, columns), matrix('b', 5, columns)],
      );
    });

    it('linear is the product and the bias', () => {
      const bias = normal('bias', 3) as Tensor1D;
      expectSame(
        (x, w) => linear(x!, w!, bias),
        (x, w) => matMul(x!, w!).add(bias),
        [matrix('x', 5, columns), matrix('w', columns, 3)],
      );
      expectSame(
        (b) => linear(matrix('x', 5, columns), matrix('w', columns, 3), b!.reshape([3])),
        (b) => matMul(matrix('x', 5, columns), matrix('w', columns, 3)).add(b!.reshape([3])),
        [matrix('b', 1, 3)],
      );
    });

    it('projectRows is linear of the rows', () => {
      const rows = Int32Array.of(5, 0, 5, 2, 1);
      const bias = normal('bias', 3) as Tensor1D;
      expectSame(
        (x, weight) => projectRows(x!, rows, { weight: weight!, bias }),
        (x, weight) => linear(gatherRows(x!, rows), weight!, bias),
        [matrix('table', 6, columns), matrix('weight', columns, 3)],
      );
    });

    it('l2NormOfRows is l2Norm of the rows', () => {
      const rows = Int32Array.of(5, 0, 5, 2);
      expectSame(
        (x) => l2NormOfRows(x!, rows),
        (x) => l2Norm(gatherRows(x!, rows)),
        [matrix('table', 6, columns)],
      );
    });

    it('tripletGaps are differences of inner products', () => {
      const triplets = {
        users: Int32Array.of(0, 3, 3, 1),
        positiveItems: Int32Array.of(5, 5, 2, 0),
        negativeItems: Int32Array.of(1, 0, 5, 1),
      };
      expectSame(
        (users, items) => tripletGaps(users!, items!, triplets),
        (users, items) => {
          const user = gatherRows(users!, triplets.users);
          const score = (list: Int32Array) => mul(user, gatherRows(items!, list)).sum(1);
          return score(triplets.positiveItems).sub(score(triplets.negativeItems));
        },
        [matrix('users', 4, columns), matrix('items', 6, columns)],
      );
    });

    it('l2Norm is the root of the sum of squares', () => {
      expectSame(
        (x) => l2Norm(x!),
        (x) => x!.square().sum().sqrt(),
        [matrix('x', 5, columns)],
      );
    });
  });

  it('matMul equals the plain product for every combination of transposed operands', () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 3, 9],
      [4, 8, 8],
      [70, 300, 270],
      [3, 257, 65],
    ] as const) {
      const [a, b] = [matrix('a', m, k), matrix('b', k, n)];
      const [av, bv] = [a.dataSync(), b.dataSync()];
      const expected = Float32Array.from({ length: m * n }, (_, at) => {
        let value = 0;
        for (let d = 0; d < k; d++)
          value += av[Math.floor(at / n) * k + d]! * bv[d * n + (at % n)]!;
        return value;
      });
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const product = matMul(
            transposeA ? transpose(a) : a,
            transposeB ? transpose(b) : b,
            transposeA,
            transposeB,
          );
          expectEqual(product, tensor2d(expected, [m, n]), 3);
        }
      }
    }
  });

  it('matMul multiplies batches, also one matrix with many', () => {
    const [many, one] = [normal('many', 3, 4, 5), normal('one', 1, 5, 2)];
    const product = matMul(many, one);
    expect(product.shape).toEqual([3, 4, 2]);
    for (let batch = 0; batch < 3; batch++) {
      const left = many.slice([batch, 0, 0], [1, 4, 5]).reshape([4, 5]) as Tensor2D;
      const right = one.reshape([5, 2]) as Tensor2D;
      const piece = product.slice([batch, 0, 0], [1, 4, 2]).reshape([4, 2]);
      expectEqual(piece, left.mul(1).matMul(right));
    }
  });

  it('rows of zeros have similarity 0, stay zero and get no gradient', () => {
    const [zero, one] = [tensor2d([[0, 0, 0]]), tensor2d([[1, 2, 2]])];
    expect([...l2NormalizeRows(zero).dataSync()]).toEqual([0, 0, 0]);
    expect(cosineOfRows(zero, one).dataSync()[0]).toBe(0);
    const gradient = grads((x: Tensor) => sum<Scalar>(cosineOfRows(x as Tensor2D, one)))([
      zero,
    ])[0]!;
    expect([...gradient.dataSync()]).toEqual([0, 0, 0]);
    const normalized = grads((x: Tensor) => sum<Scalar>(l2NormalizeRows(x as Tensor2D)))([
      zero,
    ])[0]!;
    expect([...normalized.dataSync()]).toEqual([0, 0, 0]);
    const normGradient = grads((x: Tensor) => l2Norm(x))([zero])[0]!;
    expect([...normGradient.dataSync()]).toEqual([0, 0, 0]);
  });

  it('stopGradient lets no gradient through and keeps its own life', () => {
    const x = tensor1d([2, 3]);
    const gradient = grads((y: Tensor) => sum<Scalar>(mul(stopGradient(y), y)))([x])[0]!;
    expect([...gradient.dataSync()]).toEqual([2, 3]);
    const stopped = stopGradient(x);
    x.dispose();
    expect([...stopped.dataSync()]).toEqual([2, 3]);
    stopped.dispose();
  });

  it('operations leave no tensors behind', () => {
    const { csr } = sparse(6, 11);
    const x = matrix('x', 11, 5);
    const step = () =>
      tidy(() => {
        grads((y: Tensor) =>
          sum<Scalar>(
            dropout(
              stopGradient(gatherRows(spmm(csr, y as Tensor2D), Int32Array.of(1, 2))).add(
                gatherRows(spmm(csr, y as Tensor2D), Int32Array.of(1, 2)),
              ) as Tensor2D,
              rng.dropoutMask('m', [2, 5], 0.5),
            ),
          ),
        )([x]).forEach((g) => g.dispose());
      });
    step();
    const before = memory();
    step();
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numBytes).toBe(before.numBytes);
  });

  it('names what is wrong with shapes and indices before touching memory', () => {
    const { csr } = sparse(6, 11);
    const x = matrix('x', 4, 2);
    expect(() => spmm(csr, x)).toThrow('spmm: x must have shape [11, any], got [4, 2].');
    expect(() => gatherRows(x, Int32Array.of(0, 4))).toThrow(
      'gatherRows: rows must be integers from 0 to 3, got 4 at position 1.',
    );
    expect(() => segmentSum(x, Int32Array.of(0, 1, 2, -1), 3)).toThrow(
      'segmentSum: segments must be integers from 0 to 2, got -1 at position 3.',
    );
    const broken = { ...csr, indices: csr.indices.map(() => 11) };
    expect(() => spmm(broken, matrix('y', 11, 2))).toThrow(
      "spmm: the sparse matrix's indices must be from 0 to 10, got 11 at position 0.",
    );
    expect(() =>
      tripletGaps(x, x, {
        users: Int32Array.of(0, 1),
        positiveItems: Int32Array.of(0, 1),
        negativeItems: Int32Array.of(0, 4),
      }),
    ).toThrow('tripletGaps: negativeItems must be integers from 0 to 3, got 4 at position 1.');
    const layer = { weight: matrix('w', 2, 3), bias: tensor1d([0, 0]) };
    expect(() => projectRows(x, Int32Array.of(0), layer)).toThrow(
      'projectRows: bias must have shape [3], got [2].',
    );
    expect(() => cosineOfRows(x, matrix('z', 4, 3))).toThrow(
      'cosineOfRows: shapes must match, got a [4, 2], b [4, 3].',
    );
  });
});
