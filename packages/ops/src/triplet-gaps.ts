import { checkIndices, checkShape } from '@mmrec/core';
import {
  gather,
  mul,
  sub,
  sum,
  tensor1d,
  unsortedSegmentSum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineKernel, type HostCall, type WasmCall } from './define-kernel.js';

/** Rows of a users' and an items' table, as a batch of BPR has them; all of one length. */
export interface Triplets {
  readonly users: Int32Array;
  readonly positiveItems: Int32Array;
  readonly negativeItems: Int32Array;
}

const gaps = defineKernel<Triplets>({
  name: 'MmrecTripletGaps',
  outputs: (_shapes, { users }) => [{ shape: [users.length], dtype: 'float32' }],
  host: ({ inputs, outputs: [out], shapes, attributes }) => {
    const columns = shapes[0]![1]!;
    const [users, items] = inputs as [Float32Array, Float32Array];
    eachTriplet(attributes, columns, ({ at, u, i, j }) => {
      let gap = 0;
      for (let c = 0; c < columns; c++) gap += users[u + c]! * (items[i + c]! - items[j + c]!);
      out![at] = gap;
    });
  },
  compose: ([users, items], triplets) => {
    const { user, difference } = rowsOfTriplets(users!, items!, triplets);
    return sum(mul(user, difference), 1);
  },
  wasm: ({ runtime, inputs, outputs: [out], shapes: [shape], attributes }) => {
    const columns = shape![1]!;
    const [users, items] = inputs as [number, number];
    const { lists, release } = uploadTriplets(runtime, attributes);
    const [u, i, j] = lists;
    const count = attributes.users.length;
    runtime.parallel('tripletGaps', { count, cost: 3 * columns }, (from, to) => [
      ...[users, u + 4 * from, items, i + 4 * from, j + 4 * from],
      ...[to - from, columns, out! + 4 * from],
    ]);
    release();
  },
  saves: [0, 1],
  gradient: ([dy], [users, items], triplets) => {
    const gradients = gapsGradient([users!, items!, dy!], triplets);
    return gradients.map((gradient) => () => gradient.clone());
  },
});

/** Gradients for both tables in one call. */
const gapsGradient: (inputs: readonly Tensor[], triplets: Triplets) => Tensor[] =
  defineKernel<Triplets>({
    name: 'MmrecTripletGapsGradient',
    outputs: ([users, items]) => [
      { shape: users!, dtype: 'float32' },
      { shape: items!, dtype: 'float32' },
    ],
    host: gradientOnHost,
    compose: ([users, items, dy], triplets) => {
      const { user, difference, lists } = rowsOfTriplets(users!, items!, triplets);
      const weight = dy!.expandDims(1);
      const [u, i, j] = lists;
      const ofItems = mul(weight, user);
      return [
        unsortedSegmentSum(mul(weight, difference), u, users!.shape[0]!),
        sub(
          unsortedSegmentSum(ofItems, i, items!.shape[0]!),
          unsortedSegmentSum(ofItems, j, items!.shape[0]!),
        ),
      ];
    },
    wasm: gradientOnWasm,
  });

function rowsOfTriplets(
  users: Tensor,
  items: Tensor,
  { users: u, positiveItems, negativeItems }: Triplets,
) {
  const lists = [u, positiveItems, negativeItems].map((list) => tensor1d(list, 'int32')) as [
    ...[Tensor1D, Tensor1D, Tensor1D],
  ];
  const user = gather(users, lists[0]);
  const difference = sub(gather(items, lists[1]), gather(items, lists[2]));
  return { user, difference, lists };
}

function gradientOnHost({ inputs, outputs, shapes, attributes }: HostCall<Triplets>): void {
  const columns = shapes[0]![1]!;
  const [users, items, dy] = inputs as [Float32Array, Float32Array, Float32Array];
  const [ofUsers, ofItems] = outputs as [Float32Array, Float32Array];
  eachTriplet(attributes, columns, ({ at, u, i, j }) => {
    const weight = dy[at]!;
    for (let c = 0; c < columns; c++) {
      ofUsers[u + c]! += weight * (items[i + c]! - items[j + c]!);
      ofItems[i + c]! += weight * users[u + c]!;
      ofItems[j + c]! -= weight * users[u + c]!;
    }
  });
}

function gradientOnWasm({
  runtime,
  inputs,
  outputs,
  shapes: [userShape, itemShape],
  attributes,
}: WasmCall<Triplets>): void {
  const [users, items, dy] = inputs as [number, number, number];
  const [ofUsers, ofItems] = outputs as [number, number];
  const [numUsers, columns] = userShape as [number, number];
  const numItems = itemShape![0]!;
  const { lists, release } = uploadTriplets(runtime, attributes);
  const [u, i, j] = lists;
  const count = attributes.users.length;
  runtime.clear(ofUsers, numUsers * columns);
  runtime.clear(ofItems, numItems * columns);
  // Each thread goes through the batch and adds to rows of its own, in the batch's order.
  const divisionOf = (rows: number) => ({
    count: rows,
    cost: (2 * count * columns) / rows,
    partsPerThread: 1,
  });
  runtime.parallel('tripletGradientOfUsers', divisionOf(numUsers), (from, to) => [
    ...[items, u, i, j, dy, count, columns, from, to, ofUsers],
  ]);
  runtime.parallel('tripletGradientOfItems', divisionOf(numItems), (from, to) => [
    ...[users, u, i, j, dy, count, columns, from, to, ofItems],
  ]);
  release();
}

function uploadTriplets(
  runtime: WasmCall<Triplets>['runtime'],
  { users, positiveItems, negativeItems }: Triplets,
) {
  const blocks = [users, positiveItems, negativeItems].map((list) => runtime.upload(list));
  return {
    lists: blocks.map(({ pointer }) => pointer) as [number, number, number],
    release: () => {
      for (const block of blocks) block.release();
    },
  };
}

/** Calls back with the position of each triplet and where its rows start. */
function eachTriplet(
  { users, positiveItems, negativeItems }: Triplets,
  columns: number,
  visit: (triplet: { at: number; u: number; i: number; j: number }) => void,
): void {
  for (let at = 0; at < users.length; at++) {
    const [u, i, j] = [
      users[at]! * columns,
      positiveItems[at]! * columns,
      negativeItems[at]! * columns,
    ];
    visit({ at, u, i, j });
  }
}

/**
 * How much higher each user scores the positive than the negative item, `u · i − u · j`: what BPR is a function
 * of. Rows are read where they lie, not copied first; a batch of a million costs a million numbers.
 *
 * @param users - User embeddings, `[numUsers, d]`, float32.
 * @param items - Item embeddings, `[numItems, d]`.
 * @param triplets - Rows of the tables.
 * @returns `[triplets]`, with gradients for both tables.
 * @throws {RangeError} If the widths or lengths differ or a row is out of range.
 * @see Rendle et al., BPR, UAI 2009, §4.1. https://arxiv.org/abs/1205.2618
 * @example
 * ```ts
 * const items = tf.tensor2d([[1, 0], [0, 1]]);
 * const triplets = { users: Int32Array.of(0), positiveItems: Int32Array.of(1), negativeItems: Int32Array.of(0) };
 * tripletGaps(tf.tensor2d([[2, 5]]), items, triplets) // => [3]
 * ```
 */
export function tripletGaps(users: Tensor2D, items: Tensor2D, triplets: Triplets): Tensor1D {
  const where = 'tripletGaps';
  checkShape(where, { users }, [null, null]);
  checkShape(where, { items }, [null, users.shape[1]]);
  const { users: u, positiveItems, negativeItems } = triplets;
  if (positiveItems.length !== u.length || negativeItems.length !== u.length) {
    throw new RangeError(
      `${where}: lengths must match, got users [${u.length}], positiveItems [${positiveItems.length}], negativeItems [${negativeItems.length}].`,
    );
  }
  checkIndices(where, { users: u }, users.shape[0]);
  checkIndices(where, { positiveItems, negativeItems }, items.shape[0]);
  return gaps([users, items], triplets)[0] as Tensor1D;
}
