import {
  Add,
  AddN,
  Multiply,
  Neg,
  RealDiv,
  Reshape,
  Sub,
  util,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Call, Replacement } from './replace-kernels.js';
import { tensorMemory } from './tensor-memory.js';

/** Numbers up to which an operation takes longer to be handed to libtensorflow than to be done. */
const most = 256;

type Combine = (a: number, b: number) => number;

const binary: Readonly<Record<string, Combine>> = {
  [Add]: (a, b) => a + b,
  [Sub]: (a, b) => a - b,
  [Multiply]: (a, b) => a * b,
  [RealDiv]: (a, b) => a / b,
};

/**
 * Replacements for the `tensorflow` back end, which do the arithmetic of small tensors, such as a loss's terms,
 * where they lie: a call of libtensorflow costs some 50 microseconds, and a training step makes a hundred such.
 */
export const smallKernels: Readonly<Record<string, Replacement>> = {
  ...Object.fromEntries(
    Object.entries(binary).map(([name, combine]) => [
      name,
      replacing(({ a, b }) => combineSmall([a!, b!], combine)),
    ]),
  ),
  [Neg]: replacing(({ x }) => combineSmall([x!, x!], (value) => -value)),
  [AddN]: replacing((inputs) => addSmall(Object.values(inputs))),
  [Reshape]: replacing(({ x }, attributes) => reshapeSmall(x!, attributes!['shape'] as number[])),
};

/** The back end's own kernel where ours gives nothing. */
function replacing(
  small: (inputs: Record<string, TensorInfo>, attributes: Call['attrs']) => TensorInfo | undefined,
): Replacement {
  return (call, original) =>
    small(call.inputs as Record<string, TensorInfo>, call.attrs) ?? (original!(call) as TensorInfo);
}

const sizeOf = ({ shape }: TensorInfo) => util.sizeFromShape(shape);

/** Where some tensors' numbers lie, if all are small, float32 and at hand. */
function smallOperands(tensors: readonly TensorInfo[]) {
  const memory = tensorMemory();
  const fits = (x: TensorInfo) =>
    x.dtype === 'float32' && sizeOf(x) <= most && sizeOf(x) > 0 && memory!.holds(x);
  if (!memory || !tensors.every(fits)) return undefined;
  return { memory, starts: tensors.map((x) => memory.read(x) / 4) };
}

/** Two tensors of one shape, or one of them a scalar. */
function combineSmall([a, b]: readonly [TensorInfo, TensorInfo], combine: Combine) {
  const [m, n] = [sizeOf(a), sizeOf(b)];
  const shape = a.shape.length >= b.shape.length ? a.shape : b.shape;
  const same = a.shape.join() === b.shape.join();
  if (!same && a.shape.length > 0 && b.shape.length > 0) return undefined;
  const operands = smallOperands([a, b]);
  if (!operands) return undefined;
  const { memory, starts } = operands;
  const { tensor, pointer } = memory.create(shape, 'float32');
  const floats = memory.runtime.floats();
  for (let at = 0; at < Math.max(m, n); at++) {
    const [left, right] = [
      floats[starts[0]! + (m === 1 ? 0 : at)]!,
      floats[starts[1]! + (n === 1 ? 0 : at)]!,
    ];
    floats[pointer / 4 + at] = combine(left, right);
  }
  return tensor;
}

function addSmall(tensors: readonly TensorInfo[]) {
  const [first] = tensors;
  if (tensors.some(({ shape }) => shape.join() !== first!.shape.join())) return undefined;
  const operands = smallOperands(tensors);
  if (!operands) return undefined;
  const { tensor, pointer } = operands.memory.create(first!.shape, 'float32');
  const floats = operands.memory.runtime.floats();
  for (let at = 0; at < sizeOf(tensor); at++) {
    floats[pointer / 4 + at] = operands.starts.reduce(
      (total, start) => total + floats[start + at]!,
      0,
    );
  }
  return tensor;
}

function reshapeSmall(x: TensorInfo, wanted: readonly number[]) {
  const size = sizeOf(x);
  const known = wanted.reduce((product, each) => (each === -1 ? product : product * each), 1);
  const shape = wanted.map((each) => (each === -1 ? size / known : each));
  if (util.sizeFromShape(shape) !== size) return undefined;
  const operands = smallOperands([x]);
  if (!operands) return undefined;
  const { tensor, pointer } = operands.memory.create(shape, 'float32');
  const floats = operands.memory.runtime.floats();
  floats.copyWithin(pointer / 4, operands.starts[0]!, operands.starts[0]! + size);
  return tensor;
}
