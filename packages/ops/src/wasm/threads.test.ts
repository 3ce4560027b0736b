import { createRng, drawValues } from '@mmrec/core';
import { ones, tensor, tensor1d, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdam } from '../adam.js';
import { useBackend } from '../backend.js';
import { dropout } from '../dropout.js';
import { gatherRows, segmentSum } from '../gather-rows.js';
import { l2Norm, l2NormOfRows } from '../l2-norm.js';
import { linear, projectRows } from '../linear.js';
import { propagateBipartite } from '../propagate-bipartite.js';
import { cosineOfRows, l2NormalizeRows } from '../row-norms.js';
import { spmm } from '../spmm.js';
import { tensorMemory } from '../tensor-memory.js';
import { createTopK } from '../top-k.js';
import { transposeCsr } from '../csr.js';
import { tripletGaps } from '../triplet-gaps.js';
import { divide, divideByEntries } from './partition.js';
import { grads, matMul, mul, sum, variable, type Scalar } from '@tensorflow/tfjs-core';

const rng = createRng(9);
const matrix = (name: string, rows: number, columns: number) =>
  tensor(drawValues(rng.normal(name, [rows, columns])), [rows, columns]) as Tensor2D;

/** A power-law graph: user `u` has items up to the first of them nearly all. */
function powerLaw(rows: number, columns: number) {
  const stream = rng.stream('graph');
  const lists = Array.from({ length: rows }, (_, row) => {
    const count = Math.min(columns, Math.ceil((4 * columns) / (row + 1)));
    return [...new Set(Array.from({ length: count }, () => stream.integer(columns)))].sort(
      (a, b) => a - b,
    );
  });
  const indices = Int32Array.from(lists.flat());
  const offsets = new Int32Array(rows + 1);
  lists.forEach((list, row) => (offsets[row + 1] = offsets[row]! + list.length));
  return {
    rows,
    columns,
    offsets,
    indices,
    values: drawValues(rng.normal('values', [indices.length])),
  };
}

const [numUsers, numItems, d, batch] = [3001, 1013, 64, 1500];
const graph = powerLaw(numUsers, numItems);
const blocks = { userItem: graph, itemUser: transposeCsr(graph) };
const stream = rng.stream('batch');
const list = (size: number) => Int32Array.from({ length: batch }, () => stream.integer(size));
const triplets = {
  users: list(numUsers),
  positiveItems: list(numItems),
  negativeItems: list(numItems),
};

/** Numbers of every operation that is divided among threads, forward and backward. */
function everything(): Record<string, Float32Array | Int32Array> {
  const [users, items] = [matrix('users', numUsers, d), matrix('items', numItems, d)];
  const [features, weight] = [matrix('features', numItems, 300), matrix('weight', 300, d)];
  const bias = tensor1d(drawValues(rng.normal('bias', [d])));
  const rows = triplets.positiveItems;
  const rowsOf = matrix('rows', batch, d);
  const results: Record<string, Tensor | Tensor[]> = {
    spmm: spmm(graph, items),
    propagate: propagateBipartite(blocks, [users, items], [0.2, 0.3, 0.5]),
    gather: gatherRows(items, rows),
    segmentSum: segmentSum(rowsOf, rows, numItems),
    dropout: dropout(users, rng.dropoutMask('mask', [numUsers, d], 0.3)),
    normalize: l2NormalizeRows(users),
    cosine: cosineOfRows(rowsOf, gatherRows(items, rows)),
    norm: l2Norm(users),
    normOfRows: l2NormOfRows(users, triplets.users),
    product: matMul(users, items, false, true),
    linear: linear(gatherRows(features, rows), weight, bias),
    gradients: grads((...inputs: Tensor[]) => {
      const [u, i, f, w] = inputs as [Tensor, Tensor, Tensor, Tensor];
      const gaps = tripletGaps(u as Tensor2D, i as Tensor2D, triplets);
      const projected = projectRows(f as Tensor2D, rows, { weight: w as Tensor2D, bias });
      const cosines = cosineOfRows(projected, gatherRows(i as Tensor2D, rows));
      return sum<Scalar>(mul(gaps, cosines));
    })([users, items, features, weight]),
  };
  const p = variable(users.clone());
  const optimizer = createAdam({ p }, { learningRate: 0.1 });
  optimizer.step({ p: users });
  results['adam'] = [p, optimizer.state['p']!.v];
  const values = Object.entries(results).flatMap(([name, tensors]) =>
    [tensors].flat().map((x, at) => [`${name} ${at}`, x.dataSync().slice()] as const),
  ) as [string, Float32Array][];
  const topK = createTopK({ users, items });
  const ranked = topK({ users: Int32Array.from({ length: numUsers }, (_, u) => u), k: 20 });
  return Object.fromEntries([...values, ['top k', ranked]]);
}

const sameBytes = (a: Float32Array | Int32Array, b: Float32Array | Int32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );

describe('threads', () => {
  beforeAll(async () => void (await useBackend('wasm', { threads: 1 })));
  afterAll(async () => void (await useBackend('wasm')));

  it('give the same numbers, bit for bit, whatever their number', async () => {
    const alone = everything();
    for (const threads of [2, 3, 5]) {
      await useBackend('wasm', { threads });
      expect(tensorMemory()!.runtime.threads).toBe(threads);
      const together = everything();
      for (const [name, values] of Object.entries(alone)) {
        // Bytes: millions of numbers, and −0 is not 0.
        expect(sameBytes(together[name]!, values), `${name} on ${threads} threads`).toBe(true);
      }
    }
  });

  it('do any number of calls', async () => {
    await useBackend('wasm', { threads: 2 });
    const { runtime } = tensorMemory()!;
    const block = runtime.upload(new Float32Array(1000).fill(1));
    const ranges = Array.from({ length: 1000 }, (_, at) => [at, at + 1] as const);
    runtime.each('clear', ranges.slice(0, 999), ([from]) => [block.pointer + 4 * from, 1]);
    const start = block.pointer / 4;
    const left = runtime.floats().slice(start, start + 1000);
    expect(left.reduce((total, value) => total + value, 0)).toBe(1);
    expect(left[999]).toBe(1);
    block.release();
  });

  it('survive a kernel that fails, and say which', async () => {
    await useBackend('wasm', { threads: 2 });
    const { runtime } = tensorMemory()!;
    // Past the end of the memory: WebAssembly stops the call, in whichever thread.
    const outside = 0xfffffff0;
    expect(() =>
      runtime.each(
        'clear',
        [
          [0, 1],
          [1, 2],
        ],
        () => [outside, 1 << 20],
      ),
    ).toThrow();
    expect([...ones([2]).dataSync()]).toEqual([1, 1]);
    const a = matrix('a', 400, 300);
    expect(matMul(a, a, false, true).shape).toEqual([400, 400]);
  });
});

describe('partitions', () => {
  it('cover every row once, in order', () => {
    for (const threads of [1, 2, 7]) {
      for (const count of [0, 1, 5, 1000, 4097]) {
        const ranges = divide({ threads, count, cost: 5000, multipleOf: 4 });
        expect(ranges[0]![0]).toBe(0);
        expect(ranges.at(-1)![1]).toBe(count);
        ranges.slice(1).forEach(([from], at) => expect(from).toBe(ranges[at]![1]));
      }
    }
  });

  it('share the entries of a power-law matrix out evenly', () => {
    const ranges = divideByEntries(graph.offsets, { threads: 2, cost: 64 });
    expect(ranges.length).toBeGreaterThan(2);
    const entries = ranges.map(([from, to]) => graph.offsets[to]! - graph.offsets[from]!);
    const total = entries.reduce((sumOf, each) => sumOf + each, 0);
    expect(total).toBe(graph.values.length);
    // The heaviest row alone holds 1,013 entries at most.
    expect(Math.max(...entries)).toBeLessThan(total / ranges.length + numItems);
  });
});
