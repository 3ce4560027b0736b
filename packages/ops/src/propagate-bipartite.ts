import { checkShape, type CsrMatrix } from '@mmrec/core';
import { add, mul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkCsr, multiplyCsr, transposeCsr } from './csr.js';
import { defineKernel, type HostCall, type WasmCall } from './define-kernel.js';
import { multiplyNatively } from './multiply-natively.js';
import type { Pointer } from './wasm/heap.js';

/** The two off-diagonal blocks of a bipartite adjacency matrix `[[0, userItem], [itemUser, 0]]`. */
export interface BipartiteBlocks {
  /** `[numUsers, numItems]`. */
  readonly userItem: CsrMatrix;
  /** `[numItems, numUsers]`. */
  readonly itemUser: CsrMatrix;
}

interface Attributes extends BipartiteBlocks {
  readonly layerWeights: readonly number[];
}

const propagate = defineKernel<Attributes>({
  name: 'MmrecPropagateBipartite',
  outputs: ([users, items]) => [
    { shape: users!, dtype: 'float32' },
    { shape: items!, dtype: 'float32' },
  ],
  host: propagateOnHost,
  compose: propagateComposed,
  wasm: propagateOnWasm,
  gradient: ([users, items], _saved, { userItem, itemUser, layerWeights }) => {
    // The transpose of [[0, UI], [IU, 0]] is [[0, IUᵀ], [UIᵀ, 0]]: itself for a symmetric adjacency.
    const transposed = isTranspose(userItem, itemUser)
      ? { userItem, itemUser }
      : { userItem: transposeCsr(itemUser), itemUser: transposeCsr(userItem) };
    // Both at once and here: what a thunk makes besides its result is disposed when it returns.
    const gradients = propagateBipartite(
      transposed,
      [users as Tensor2D, items as Tensor2D],
      layerWeights,
    );
    return gradients.map((gradient) => () => gradient.clone());
  },
});

/**
 * Propagates embeddings over a bipartite graph and combines the layers, in one operation.
 *
 * $$H = \sum_{l=0}^{L} w_l \hat A^l E$$
 *
 * Evaluated from the last layer inwards (Horner's scheme), so that no layer is kept: two buffers
 * whatever L, forward as backward, where the same is done with the gradient.
 *
 * @param blocks - The normalised adjacency's two blocks.
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]`, float32.
 * @param layerWeights - `w_0 … w_L`; their number less one is the number of layers.
 * @returns Users `[numUsers, d]` and items `[numItems, d]`.
 * @throws {RangeError} If the shapes don't fit or there is no layer weight.
 * @see He et al., LightGCN, SIGIR 2020, §3.1. https://arxiv.org/abs/2002.02126
 */
export function propagateBipartite(
  blocks: BipartiteBlocks,
  embeddings: readonly [users: Tensor2D, items: Tensor2D],
  layerWeights: readonly number[],
): [users: Tensor2D, items: Tensor2D] {
  const where = 'propagateBipartite';
  const { userItem, itemUser } = blocks;
  const [users, items] = embeddings;
  checkShape(where, { users }, [userItem.rows, null]);
  checkShape(where, { items }, [userItem.columns, users.shape[1]]);
  if (itemUser.rows !== userItem.columns || itemUser.columns !== userItem.rows) {
    throw new RangeError(
      `${where}: itemUser must have shape [${userItem.columns}, ${userItem.rows}], got [${itemUser.rows}, ${itemUser.columns}].`,
    );
  }
  if (layerWeights.length === 0)
    throw new RangeError(`${where}: layerWeights must not be empty, got [].`);
  checkCsr(where, userItem);
  checkCsr(where, itemUser);
  return propagate([users, items], { userItem, itemUser, layerWeights }) as [Tensor2D, Tensor2D];
}

/** `H ← w_L Â E + w_{L−1} E`, then `H ← Â H + w_l E` for each layer further in. */
function propagateOnHost({ inputs, outputs, attributes }: HostCall<Attributes>): void {
  const { userItem, itemUser, layerWeights } = attributes;
  const [users, items] = inputs as [Float32Array, Float32Array];
  const [userOut, itemOut] = outputs as [Float32Array, Float32Array];
  const last = layerWeights.length - 1;
  if (last === 0) {
    userOut.set(users.map((value) => value * layerWeights[0]!));
    itemOut.set(items.map((value) => value * layerWeights[0]!));
    return;
  }
  let [fromUsers, fromItems] = [users, items];
  for (let layer = last - 1; layer >= 0; layer--) {
    const alpha = layer === last - 1 ? layerWeights[last]! : 1;
    const scale = layerWeights[layer]!;
    const toUsers = layer === 0 ? userOut : new Float32Array(users.length);
    const toItems = layer === 0 ? itemOut : new Float32Array(items.length);
    multiplyCsr(userItem, { alpha, y: fromItems, scale, x: users }, toUsers);
    multiplyCsr(itemUser, { alpha, y: fromUsers, scale, x: items }, toItems);
    [fromUsers, fromItems] = [toUsers, toItems];
  }
}

function propagateComposed(
  [users, items]: readonly Tensor[],
  { userItem, itemUser, layerWeights }: Attributes,
): [Tensor, Tensor] {
  const initial = [users as Tensor2D, items as Tensor2D] as const;
  let result = initial.map((x) => mul(x, layerWeights.at(-1)!)) as [Tensor2D, Tensor2D];
  for (const weight of layerWeights.slice(0, -1).reverse()) {
    result = [
      add(multiplyNatively(userItem, result[1]), mul(initial[0], weight)),
      add(multiplyNatively(itemUser, result[0]), mul(initial[1], weight)),
    ];
  }
  return result;
}

function propagateOnWasm({
  runtime,
  inputs,
  outputs,
  shapes,
  attributes: { userItem, itemUser, layerWeights },
}: WasmCall<Attributes>): void {
  const [users, items] = inputs as [Pointer, Pointer];
  const [numUsers, columns] = shapes[0] as [number, number];
  const numItems = shapes[1]![0]!;
  const last = layerWeights.length - 1;
  if (last === 0) {
    const scaleBy = (x: Pointer, count: number, out: Pointer) => {
      runtime.parallel('scale', { count, cost: 2 }, (from, to) => [
        ...[x + 4 * from, to - from, layerWeights[0]!, out + 4 * from],
      ]);
    };
    scaleBy(users, numUsers * columns, outputs[0]!);
    scaleBy(items, numItems * columns, outputs[1]!);
    return;
  }
  /** `out = alpha · matrix · y + scale · x` */
  const multiply = (matrix: CsrMatrix, [alpha, y, x, scale, out]: readonly number[]) => {
    const { offsets, indices, values } = runtime.csr(matrix);
    runtime.each('sparseMultiply', runtime.rangesOf(matrix, columns), ([from, to]) => [
      ...[offsets, indices, values, from, to, columns],
      ...[alpha!, y!, x!, scale!, out!],
    ]);
  };
  // The result of layer 0 must land in the outputs; the layers before it alternate with a spare pair.
  const spare =
    last > 1 ? [runtime.allocate(numUsers * columns), runtime.allocate(numItems * columns)] : [];
  let [fromUsers, fromItems] = [users, items];
  for (let layer = last - 1; layer >= 0; layer--) {
    const [outUsers, outItems] =
      layer % 2 === 0 ? (outputs as [Pointer, Pointer]) : [spare[0]!.pointer, spare[1]!.pointer];
    const alpha = layer === last - 1 ? layerWeights[last]! : 1;
    const scale = layerWeights[layer]!;
    multiply(userItem, [alpha, fromItems, users, scale, outUsers]);
    multiply(itemUser, [alpha, fromUsers, items, scale, outItems]);
    [fromUsers, fromItems] = [outUsers, outItems];
  }
  for (const block of spare) block.release();
}

const transposePairs = new WeakMap<CsrMatrix, CsrMatrix>();

/** Whether `b` holds exactly the transpose of `a`; answered once per pair. */
function isTranspose(a: CsrMatrix, b: CsrMatrix): boolean {
  if (transposePairs.get(a) === b) return true;
  const t = transposeCsr(a);
  const same = (x: Int32Array | Float32Array, y: Int32Array | Float32Array) =>
    x.length === y.length && x.every((value, index) => value === y[index]);
  const equal =
    t === b ||
    (same(t.offsets, b.offsets) && same(t.indices, b.indices) && same(t.values, b.values));
  if (equal) transposePairs.set(a, b);
  return equal;
}
