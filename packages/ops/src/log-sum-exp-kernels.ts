import { engine, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Pointer } from './wasm/heap.js';
import { multiply, operand } from './wasm/multiply.js';
import { blocksOf } from './wasm/partition.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

/** Anchors, candidates, the log-sum-exps and their gradient. */
export type Values = readonly [Tensor2D, Tensor2D, Tensor1D, Tensor1D];

/** Numbers of a row up to which the narrow kernels serve, and their candidates of a block (assembly/). */
const narrow = 4;
const narrowBlock = 512;
/** Anchors and candidates whose products the other kernel has in memory at a time, for each thread. */
const rowsAtATime = 256;
const productsOfRow = 512;

/** `ln Σ_j exp(a_i · c_j)`, `[batch]`. Each thread has anchors of its own. */
export function valueInKernels(
  memory: TensorMemory,
  anchors: Tensor2D,
  candidates: Tensor2D,
): Tensor1D {
  const { runtime } = memory;
  const [batch, columns] = anchors.shape;
  const [n] = candidates.shape;
  const [a, c] = [memory.read(anchors), memory.read(candidates)];
  const { tensor, pointer } = memory.create([batch], 'float32');
  const sums = runtime.allocate(batch);
  // An exponential counts like some ten multiplications, four of which go in one instruction.
  const cost = (n * (columns + 10)) / 4;
  if (columns <= narrow) {
    runtime.parallel('logSumExpOfNarrowProducts', { count: batch, cost }, (from, to) => [
      ...[a + 4 * from * columns, to - from, c, n, columns],
      ...[pointer + 4 * from, sums.pointer + 4 * from],
    ]);
  } else {
    const size = Math.min(productsOfRow, n);
    const products = runtime.allocate(batch * size, 'products of a block');
    runtime.each('logSumExpOfProducts', blocksOf(batch, rowsAtATime), ([from, to]) => [
      ...[a + 4 * from * columns, to - from, c, n, columns, size],
      ...[products.pointer + 4 * from * size, pointer + 4 * from, sums.pointer + 4 * from],
    ]);
    products.release();
  }
  sums.release();
  return engine().makeTensorFromTensorInfo(tensor) as Tensor1D;
}

/** Gradients for anchors and candidates. */
export function gradientsInKernels(
  memory: TensorMemory,
  [anchors, candidates, value, dy]: Values,
  blockSize: number,
): Tensor[] {
  const ofAnchors = memory.create(anchors.shape, 'float32');
  const ofCandidates = memory.create(candidates.shape, 'float32');
  const call: GradientCall = {
    memory,
    batch: anchors.shape[0],
    n: candidates.shape[0],
    columns: anchors.shape[1],
    inputs: [memory.read(anchors), memory.read(candidates), memory.read(value), memory.read(dy)],
    outputs: [ofAnchors.pointer, ofCandidates.pointer],
  };
  if (call.columns <= narrow) narrowGradients(call);
  else wideGradients(call, blockSize);
  return [ofAnchors, ofCandidates].map(({ tensor }) => engine().makeTensorFromTensorInfo(tensor));
}

interface GradientCall {
  readonly memory: TensorMemory;
  readonly batch: number;
  readonly n: number;
  readonly columns: number;
  readonly inputs: readonly [a: Pointer, c: Pointer, shifts: Pointer, weights: Pointer];
  readonly outputs: readonly [ofAnchors: Pointer, ofCandidates: Pointer];
}

/** Each thread has blocks of candidates; what each block adds to the anchors is summed in the blocks' order. */
function narrowGradients({ memory, batch, n, columns, inputs, outputs }: GradientCall): void {
  const { runtime } = memory;
  const [a, c, shifts, weights] = inputs;
  const blocks = blocksOf(n, narrowBlock);
  const size = batch * columns;
  const parts = runtime.allocate(blocks.length * size);
  runtime.each('narrowExponentialGradients', blocks, ([from, to]) => [
    ...[a, batch, c, from, to, columns, shifts, weights],
    ...[parts.pointer + 4 * (from / narrowBlock) * size, outputs[1]],
  ]);
  runtime.call('columnSums', [parts.pointer, 0, blocks.length, size, 0, size, outputs[0]]);
  parts.release();
}

/** Block by block: the products again, the shares in their place, and two products with them. */
function wideGradients(call: GradientCall, blockSize: number): void {
  const { memory, batch, n, columns, inputs, outputs } = call;
  const { runtime } = memory;
  const [a, c, shifts, weights] = inputs;
  const products = runtime.allocate(batch * Math.min(blockSize, n), 'products of a block');
  for (const [from, to] of blocksOf(n, blockSize)) {
    const size = to - from;
    const block = c + 4 * from * columns;
    multiply(runtime, {
      ...{ m: batch, n: size, k: columns, a: operand(a, columns) },
      ...{ b: operand(block, columns, true), c: products.pointer },
    });
    const division = { count: batch, cost: 4 * size };
    runtime.parallel('exponentialShares', division, (start, end) => [
      ...[products.pointer + 4 * start * size, end - start, size],
      ...[shifts + 4 * start, weights + 4 * start],
    ]);
    multiply(runtime, {
      ...{ m: batch, n: columns, k: size, a: operand(products.pointer, size) },
      ...{ b: operand(block, columns), c: outputs[0], accumulate: from > 0 },
    });
    multiply(runtime, {
      ...{ m: size, n: columns, k: batch, a: operand(products.pointer, size, true) },
      ...{ b: operand(a, columns), c: outputs[1] + 4 * from * columns },
    });
  }
  products.release();
}
