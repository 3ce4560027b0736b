import { checkIndices, checkShape } from '@mmrec/core';
import {
  add,
  concat,
  gather,
  matMul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  tensor,
  tensor1d,
  transpose,
  zeros,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { defineKernel, type HostCall } from './define-kernel.js';
import { threadScratch, type KernelRuntime } from './wasm/runtime.js';

/** Rows of a matrix by group: those of group g are `rows[offsets[g]] … rows[offsets[g + 1] − 1]`. */
export interface RowGroups {
  /** `[groups + 1]`, from 0, ascending. */
  readonly offsets: Int32Array;
  /** Row numbers, each at most once. */
  readonly rows: Int32Array;
}

interface Attributes extends RowGroups {
  readonly heads: number;
}

const forward = defineKernel<Attributes>({
  name: 'MmrecAttendGroups',
  outputs: ([shape]) => [{ shape: [shape![0]!, shape![1]! / 3], dtype: 'float32' }],
  host: attendOnHost,
  compose: ([x], attributes) => {
    const { blocks, weights, join } = composedParts(x!, attributes);
    return join([matMul(weights, blocks[2]!)]);
  },
  wasm: ({ runtime, inputs: [x], outputs: [out], shapes: [shape], attributes }) => {
    const width = shape![1]! / 3 / attributes.heads;
    runGroups(runtime, attributes, {
      ...{ kernel: 'attendGroups', out: out!, size: (shape![0]! * shape![1]!) / 3, width },
      before: [x!],
    });
  },
  saves: [0],
  gradient: ([dy], [x], attributes) => [() => backward([x!, dy!], attributes)[0]!],
});

const backward = defineKernel<Attributes>({
  name: 'MmrecAttendGroupsGradient',
  outputs: ([shape]) => [{ shape: shape!, dtype: 'float32' }],
  host: attendGradientOnHost,
  compose: ([x, dy], attributes) => {
    const { blocks, weights, join, split, scale } = composedParts(x!, attributes);
    const [queries, keys, values] = blocks as [Tensor4D, Tensor4D, Tensor4D];
    const slope = split(dy!, 0);
    const alongWeights = matMul(slope, values, false, true);
    const mean = sum(mul(weights, alongWeights), -1, true);
    const alongScores = mul(mul(weights, sub(alongWeights, mean)), scale);
    return join([
      matMul(alongScores, keys),
      matMul(alongScores, queries, true),
      matMul(weights, slope, true),
    ]);
  },
  wasm: ({ runtime, inputs: [x, dy], outputs: [out], shapes: [shape], attributes }) => {
    const width = shape![1]! / 3 / attributes.heads;
    runGroups(runtime, attributes, {
      ...{ kernel: 'attendGroupsGradient', out: out!, size: shape![0]! * shape![1]!, width },
      before: [x!, dy!],
    });
  },
});

/**
 * Multi-head scaled dot-product attention of rows to the rows of their own group.
 *
 * $$o_i = \sum_{j \in G(i)} \mathrm{softmax}_j\!\left(\frac{q_i \cdot k_j}{\sqrt{w}}\right) v_j$$
 *
 * for each head of width w. Groups may have any sizes and their rows may lie anywhere, so that sequences of
 * different lengths need no padding. Neither scores nor weights are kept: the backward pass makes them again, one
 * group and head at a time. A row that is in no group gets zeros.
 *
 * @param x - Queries, keys and values side by side, `[n, 3 · heads · w]`, float32; w a multiple of 4.
 * @param groups - Which rows attend to each other.
 * @param heads - Number of heads.
 * @returns `[n, heads · w]`.
 * @throws {RangeError} If shapes don't fit, a row is out of range, or a group is too large for the kernel's memory.
 * @see Vaswani et al., Attention is all you need, NeurIPS 2017, §3.2. https://arxiv.org/abs/1706.03762
 * @example
 * ```ts
 * // Two rows that look the same to each other: each gets the mean of both values.
 * const x = tf.tensor2d([1, 1, 4, 1, 1, 8].flatMap((value) => [value, 0, 0, 0]), [2, 12]);
 * attendGroups(x, { offsets: Int32Array.of(0, 2), rows: Int32Array.of(0, 1) }, 1) // => [[6, 0, 0, 0], [6, 0, 0, 0]]
 * ```
 */
export function attendGroups(x: Tensor2D, groups: RowGroups, heads: number): Tensor2D {
  checkShape('attendGroups', { x }, [null, null]);
  checkIndices('attendGroups', { rows: groups.rows }, x.shape[0]);
  const width = x.shape[1] / 3 / heads;
  if (!Number.isInteger(width / 4)) {
    throw new RangeError(
      `attendGroups: x must have 3 · heads · w columns, w a multiple of 4, got ${x.shape[1]} for ${heads} heads.`,
    );
  }
  const longest = longestOf(groups);
  const room = (2 * width + 2) * (longest + 3);
  if (room > threadScratch) {
    throw new RangeError(
      `attendGroups: a group may hold ${Math.floor(threadScratch / (2 * width + 2)) - 3} rows with heads of width ${width}, got ${longest}.`,
    );
  }
  const { offsets, rows } = groups;
  return forward([x], { offsets, rows, heads })[0] as Tensor2D;
}

function longestOf({ offsets }: RowGroups): number {
  let longest = 0;
  for (let g = 1; g < offsets.length; g++) {
    longest = Math.max(longest, offsets[g]! - offsets[g - 1]!);
  }
  return longest;
}

function runGroups(
  runtime: KernelRuntime,
  { offsets, rows, heads }: Attributes,
  call: {
    readonly kernel: string;
    readonly before: readonly number[];
    readonly out: number;
    readonly size: number;
    readonly width: number;
  },
): void {
  const count = offsets.length - 1;
  const [starts, list] = [runtime.upload(offsets), runtime.upload(rows)];
  // Rows that are in no group would keep what was in the memory before.
  runtime.clear(call.out, call.size);
  const cost = heads * call.width * (rows.length / Math.max(count, 1)) ** 2;
  runtime.parallel(call.kernel, { count, cost }, (from, to) => [
    ...[...call.before, starts.pointer, list.pointer, from, to, heads, call.width, call.out],
  ]);
  for (const block of [starts, list]) block.release();
}

/** Visits each head of each group, with the rows of the group. */
function forEachHead(
  { offsets, rows, heads }: Attributes,
  visit: (members: Int32Array, head: number) => void,
): void {
  for (let g = 0; g + 1 < offsets.length; g++) {
    for (let head = 0; head < heads; head++) {
      visit(rows.subarray(offsets[g]!, offsets[g + 1]!), head);
    }
  }
}

/** Parts of one head in a row of x: queries, keys and values of `width` numbers. */
function headOf(x: Float32Array, columns: number, heads: number) {
  const size = columns / 3;
  const width = size / heads;
  const part = (which: number) => (row: number, head: number) => {
    const start = row * columns + which * size + head * width;
    return x.subarray(start, start + width);
  };
  return { width, query: part(0), key: part(1), value: part(2) };
}

/** Softmax weights of a row's query over the keys of its group. */
function weightsOf(query: Float32Array, keys: readonly Float32Array[]): number[] {
  const scores = keys.map((key) => dot(query, key) / Math.sqrt(query.length));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function attendOnHost({ inputs: [x], outputs: [out], shapes, attributes }: HostCall<Attributes>) {
  const columns = shapes[0]![1]!;
  const { width, query, key, value } = headOf(x!, columns, attributes.heads);
  forEachHead(attributes, (members, head) => {
    const keys = Array.from(members, (row) => key(row, head));
    for (const row of members) {
      const start = (row * columns) / 3 + head * width;
      const result = out!.subarray(start, start + width);
      weightsOf(query(row, head), keys).forEach((weight, at) => {
        addMultiple(result, weight, value(members[at]!, head));
      });
    }
  });
}

function attendGradientOnHost(call: HostCall<Attributes>): void {
  const { inputs, outputs, shapes, attributes } = call;
  const [x, dy] = inputs as [Float32Array, Float32Array];
  const columns = shapes[0]![1]!;
  const { width, query, key, value } = headOf(x, columns, attributes.heads);
  const to = headOf(outputs[0]!, columns, attributes.heads);
  const scale = 1 / Math.sqrt(width);
  forEachHead(attributes, (members, head) => {
    const keys = Array.from(members, (row) => key(row, head));
    for (const row of members) {
      const start = (row * columns) / 3 + head * width;
      const slope = dy.subarray(start, start + width);
      const weights = weightsOf(query(row, head), keys);
      const slopes = Array.from(members, (other) => dot(slope, value(other, head)));
      const mean = weights.reduce((sum, weight, at) => sum + weight * slopes[at]!, 0);
      members.forEach((other, at) => {
        const along = scale * weights[at]! * (slopes[at]! - mean);
        addMultiple(to.query(row, head), along, key(other, head));
        addMultiple(to.key(other, head), along, query(row, head));
        addMultiple(to.value(other, head), weights[at]!, slope);
      });
    }
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let at = 0; at < a.length; at++) total += a[at]! * b[at]!;
  return total;
}

function addMultiple(to: Float32Array, factor: number, from: Float32Array): void {
  for (let at = 0; at < to.length; at++) to[at]! += factor * from[at]!;
}

/** The same with a back end's own operations: groups padded to the longest, padding weighted with zero. */
function composedParts(x: Tensor, groups: Attributes) {
  const { offsets, rows, heads } = groups;
  const count = offsets.length - 1;
  const longest = Math.max(longestOf(groups), 1);
  const [numRows, columns] = x.shape as [number, number];
  const size = columns / 3;
  const scale = 1 / Math.sqrt(size / heads);
  // Padding reads row 0, and rows in no group read the zeros behind the last block.
  const places = new Int32Array(count * longest);
  const slots = new Int32Array(numRows).fill(count * longest);
  const mask = new Float32Array(count * longest).fill(-1e9);
  for (let g = 0; g < count; g++) {
    for (let at = offsets[g]!; at < offsets[g + 1]!; at++) {
      const slot = g * longest + at - offsets[g]!;
      places[slot] = rows[at]!;
      slots[rows[at]!] = slot;
      mask[slot] = 0;
    }
  }
  const spread = gather(x, tensor1d(places, 'int32'));
  /** `[groups, heads, longest, w]` of `size` columns from a start. */
  const split = (
    matrix: Tensor,
    start: number,
    source = gather(matrix, tensor1d(places, 'int32')),
  ) =>
    transpose(
      reshape(source.slice([0, start], [-1, size]), [count, longest, heads, size / heads]),
      [0, 2, 1, 3],
    ) as Tensor4D;
  const blocks = [0, 1, 2].map((part) => split(x, part * size, spread));
  const scores = mul(matMul(blocks[0]!, blocks[1]!, false, true), scale);
  const inside = tensor(
    mask.map((value) => (value === 0 ? 1 : 0)),
    [count, 1, longest, 1],
  );
  const weights = mul(
    softmax(add(scores, tensor(mask, [count, 1, 1, longest]))),
    inside,
  ) as Tensor4D;
  const join = (parts: readonly Tensor[]) => {
    const flat = parts.map((part) =>
      reshape(transpose(part, [0, 2, 1, 3]), [count * longest, size]),
    );
    const joined = flat.length === 1 ? flat[0]! : concat(flat, 1);
    const withZeros = concat([joined, zeros([1, joined.shape[1]!])], 0);
    return gather(withZeros, tensor1d(slots, 'int32'));
  };
  return { blocks, weights, join, split, scale };
}
