import { createRng, type CsrMatrix, type RandomStream } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import {
  dispose,
  ones,
  tensor2d,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { gatherRows, segmentSum } from './gather-rows.js';
import { l2NormOfRows } from './l2-norm.js';
import { linear, projectRows } from './linear.js';
import { propagateBipartite } from './propagate-bipartite.js';
import { cosineOfRows, l2NormalizeRows, meanCosineOfRows } from './row-norms.js';
import { spmm } from './spmm.js';
import { createTopK } from './top-k.js';
import { tripletGaps } from './triplet-gaps.js';

const cases = process.env['MMREC_SOAK'] ? 20_000 : 400;

/** A size from 0 to 6, mostly 5, so that shapes often fit. */
const size = (stream: RandomStream) => (stream.uniform() < 0.9 ? 5 : stream.integer(7));
const matrix = (stream: RandomStream) => ones([size(stream), size(stream)]) as Tensor2D;
const vector = (stream: RandomStream) => ones([size(stream)]) as Tensor1D;

/** Row numbers, some of them nonsense. */
function list(stream: RandomStream): Int32Array {
  const wild = [-1, 7, 2 ** 31 - 1, -(2 ** 31)];
  return Int32Array.from({ length: size(stream) }, () =>
    stream.uniform() < 0.03 ? wild[stream.integer(wild.length)]! : stream.integer(5),
  );
}

/** A sparse matrix that is often malformed. */
function csr(stream: RandomStream): CsrMatrix {
  const [rows, columns] = [size(stream), size(stream)];
  const indices = list(stream);
  const offsets = new Int32Array(rows + (stream.uniform() < 0.95 ? 1 : 0));
  for (let row = 1; row < offsets.length; row++) {
    offsets[row] = Math.min(indices.length, offsets[row - 1]! + stream.integer(3));
  }
  if (stream.uniform() < 0.9) offsets.fill(indices.length, -1);
  return { rows, columns, offsets, indices, values: new Float32Array(indices.length).fill(1) };
}

const triplets = (stream: RandomStream) => ({
  users: list(stream),
  positiveItems: list(stream),
  negativeItems: list(stream),
});

/** Rows of whole multiples of a number of any size, long enough to be rounded. */
function multiples(stream: RandomStream, rows: number): Tensor2D {
  const columns = stream.uniform() < 0.95 ? 17 : 16 + stream.integer(3);
  const unit = 10 ** (stream.integer(70) - 35);
  const values = Array.from({ length: rows * columns }, () => unit * (stream.integer(7) - 3));
  return tensor2d(values, [rows, columns]);
}

type Attempt = (stream: RandomStream) => Tensor | Tensor[] | Int32Array;

const attempts: Record<string, Attempt> = {
  spmm: (s) => spmm(csr(s), matrix(s)),
  propagateBipartite: (s) =>
    propagateBipartite({ userItem: csr(s), itemUser: csr(s) }, [matrix(s), matrix(s)], [1, 1]),
  gatherRows: (s) => gatherRows(matrix(s), list(s)),
  segmentSum: (s) => segmentSum(matrix(s), list(s), size(s)),
  l2NormOfRows: (s) => l2NormOfRows(matrix(s), list(s)),
  linear: (s) => linear(matrix(s), matrix(s), vector(s)),
  projectRows: (s) => projectRows(matrix(s), list(s), { weight: matrix(s), bias: vector(s) }),
  cosineOfRows: (s) => cosineOfRows(matrix(s), matrix(s)),
  meanCosineOfRows: (s) => meanCosineOfRows(matrix(s), matrix(s)),
  l2NormalizeRows: (s) => l2NormalizeRows(matrix(s)),
  tripletGaps: (s) => tripletGaps(matrix(s), matrix(s), triplets(s)),
  topK: (s) => {
    const topK = createTopK({ users: matrix(s), items: matrix(s) });
    const offsets = Int32Array.from({ length: 1 + size(s) }, (_, at) => at);
    return topK({ users: list(s), k: 1 + size(s), exclude: { offsets, items: list(s) } });
  },
  topKOfManyUsers: (s) => {
    const numItems = 1 + s.integer(60);
    const topK = createTopK({ users: multiples(s, 5), items: multiples(s, numItems) });
    const users = Int32Array.from({ length: 32 + size(s) }, () => s.integer(5));
    const offsets = Int32Array.from({ length: 6 }, (_, at) => at);
    const exclude = { offsets, items: list(s) };
    const found = topK({ users, k: 1 + s.integer(50), exclude });
    expect(found.every((item) => item >= -1 && item < numItems)).toBe(true);
    return found;
  },
};

eachBackend(() => {
  it.each(Object.entries(attempts))(
    '%s computes or refuses, and writes nowhere else, whatever it is given',
    (name, attempt) => {
      const stream = createRng(1).stream(name);
      const canary = ones([64]);
      let computed = 0;
      for (let round = 0; round < cases; round++) {
        tidy(() => {
          try {
            const result = attempt(stream);
            computed++;
            if (result instanceof Int32Array) return;
            for (const tensor of [result].flat()) {
              expect(tensor.size).toBe(tensor.shape.reduce((product, each) => product * each, 1));
              tensor.dataSync();
            }
          } catch (error) {
            expect(error, (error as Error).stack).toBeInstanceOf(RangeError);
            expect((error as Error).message).toMatch(/^\w+: .+ must /);
          }
        });
      }
      expect(canary.dataSync().every((value) => value === 1)).toBe(true);
      expect(computed).toBeGreaterThan(0);
      dispose(canary);
    },
  );
});
