import {
  Concat,
  PadV2,
  Slice,
  SplitV,
  util,
  type ConcatAttrs,
  type KernelFunc,
  type PadV2Attrs,
  type SliceAttrs,
  type SplitVAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { attributesOf, type Call, type Replacement } from './replace-kernels.js';
import { tensorMemory } from './tensor-memory.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

/**
 * Replacements that copy blocks of a tensor with the machine's own copy. TensorFlow.js's kernels copy with
 * JavaScript's, which goes byte by byte through memory that threads share: some 150 MB a second.
 */
export const copyKernels: Readonly<Record<string, Replacement>> = {
  [Concat]: concat,
  [PadV2]: pad,
  [Slice]: slice,
  [SplitV]: split,
};

/** A tensor as a matrix: its axes before one, and that one with all after it. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

const matrixOf = (shape: readonly number[], axis: number): Matrix => ({
  rows: util.sizeFromShape(shape.slice(0, axis)),
  columns: util.sizeFromShape(shape.slice(axis)),
});

/** A block of a matrix: `count` rows of `columns` numbers, the first at `start` numbers from the matrix's own. */
interface Block {
  readonly tensor: TensorInfo;
  readonly start: number;
  /** Numbers from a row to the next. */
  readonly stride: number;
}

function copyBlock(
  { runtime, read }: TensorMemory,
  { from, to, count, columns }: { from: Block; to: Block; count: number; columns: number },
): void {
  const [source, target] = [read(from.tensor) + 4 * from.start, read(to.tensor) + 4 * to.start];
  runtime.parallel('copyRows', { count, cost: columns }, (first, end) => [
    ...[source + 4 * first * from.stride, from.stride, end - first, columns],
    ...[target + 4 * first * to.stride, to.stride],
  ]);
}

/** The kernels' memory, for tensors of numbers of four bytes. */
function memoryFor(...tensors: readonly TensorInfo[]): TensorMemory | undefined {
  const fits = tensors.every(({ dtype }) => dtype === 'float32' || dtype === 'int32');
  return fits ? tensorMemory() : undefined;
}

function concat(call: Call, original?: KernelFunc): TensorInfo {
  const tensors = (Object.values(call.inputs) as TensorInfo[]).filter(
    ({ shape }) => util.sizeFromShape(shape) > 0,
  );
  const [first] = tensors;
  const memory = memoryFor(...tensors);
  if (!memory || !first || tensors.some(({ dtype }) => dtype !== first.dtype)) {
    return original!(call) as TensorInfo;
  }
  const rank = first.shape.length;
  const axis = util.parseAxisParam(attributesOf<ConcatAttrs>(call.attrs).axis, first.shape)[0]!;
  const shape = Array.from({ length: rank }, (_, at) =>
    at === axis ? tensors.reduce((sum, each) => sum + each.shape[axis]!, 0) : first.shape[at]!,
  );
  const { tensor } = memory.create(shape, first.dtype);
  const { columns: stride } = matrixOf(shape, axis);
  let start = 0;
  for (const each of tensors) {
    const { rows: count, columns } = matrixOf(each.shape, axis);
    const from = { tensor: each, start: 0, stride: columns };
    copyBlock(memory, { from, to: { tensor, start, stride }, count, columns });
    start += columns;
  }
  return tensor;
}

/** The only axis that is cut, or the first where none is; undefined where several are. */
function axisOfCut(whole: readonly number[], part: readonly number[]): number | undefined {
  const cut = whole.flatMap((size, axis) => (part[axis] === size ? [] : [axis]));
  return cut.length > 1 ? undefined : (cut[0] ?? 0);
}

function slice(call: Call, original?: KernelFunc): TensorInfo {
  const x = call.inputs['x'] as TensorInfo;
  const { begin, size } = attributesOf<SliceAttrs>(call.attrs);
  const starts = [begin].flat();
  const shape = x.shape.map((full, axis) => {
    const wanted = [size].flat()[axis];
    return wanted === undefined || wanted === -1 ? full - (starts[axis] ?? 0) : wanted;
  });
  // TensorFlow.js's own kernel would read whatever lies there.
  if (shape.some((each, at) => each < 0 || (starts[at] ?? 0) + each > x.shape[at]!)) {
    throw new RangeError(
      `slice: begin + size must be at most the shape [${x.shape.join()}], got [${starts.join()}] + [${shape.join()}].`,
    );
  }
  const axis = axisOfCut(x.shape, shape);
  const memory = memoryFor(x);
  const empty = util.sizeFromShape(shape) === 0;
  if (!memory || axis === undefined || empty || shape.length === 0) {
    return original!(call) as TensorInfo;
  }
  return sliceAlong(memory, x, { axis, start: starts[axis] ?? 0, size: shape[axis]! });
}

function sliceAlong(
  memory: TensorMemory,
  x: TensorInfo,
  { axis, start, size }: { axis: number; start: number; size: number },
): TensorInfo {
  const shape = x.shape.map((full, at) => (at === axis ? size : full));
  const { tensor } = memory.create(shape, x.dtype);
  const { rows: count, columns: stride } = matrixOf(x.shape, axis);
  const run = stride / x.shape[axis]!;
  copyBlock(memory, {
    from: { tensor: x, start: start * run, stride },
    to: { tensor, start: 0, stride: size * run },
    ...{ count, columns: size * run },
  });
  return tensor;
}

function split(call: Call, original?: KernelFunc): TensorInfo[] {
  const x = call.inputs['x'] as TensorInfo;
  const { numOrSizeSplits, axis: given } = attributesOf<SplitVAttrs>(call.attrs);
  const memory = memoryFor(x);
  const axis = util.parseAxisParam(given, x.shape)[0]!;
  const full = x.shape[axis]!;
  const sizes =
    typeof numOrSizeSplits === 'number'
      ? new Array<number>(numOrSizeSplits).fill(full / numOrSizeSplits)
      : numOrSizeSplits;
  // −1 stands for what is left; empty parts have nothing to copy.
  if (!memory || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    return original!(call) as TensorInfo[];
  }
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return sliceAlong(memory, x, { axis, start: start - size, size });
  });
}

function pad(call: Call, original?: KernelFunc): TensorInfo {
  const x = call.inputs['x'] as TensorInfo;
  const { paddings, constantValue } = attributesOf<PadV2Attrs>(call.attrs);
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
  const axis = axisOfCut(shape, x.shape);
  const memory = memoryFor(x);
  const empty = util.sizeFromShape(x.shape) === 0;
  if (!memory || axis === undefined || constantValue !== 0 || empty || shape.length === 0) {
    return original!(call) as TensorInfo;
  }
  const { tensor, pointer } = memory.create(shape, x.dtype);
  memory.runtime.clear(pointer, util.sizeFromShape(shape));
  const { rows: count, columns } = matrixOf(x.shape, axis);
  const { columns: stride } = matrixOf(shape, axis);
  copyBlock(memory, {
    from: { tensor: x, start: 0, stride: columns },
    to: { tensor, start: paddings[axis]![0] * (columns / x.shape[axis]!), stride },
    ...{ count, columns },
  });
  return tensor;
}
