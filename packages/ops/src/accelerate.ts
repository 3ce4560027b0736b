import {
  Abs,
  Add,
  AddN,
  BatchMatMul,
  Cast,
  ClipByValue,
  Concat,
  Cos,
  Elu,
  EluGrad,
  Equal,
  Exp,
  ExpandDims,
  Fill,
  GatherV2,
  getKernel,
  Greater,
  GreaterEqual,
  Identity,
  LeakyRelu,
  Less,
  LessEqual,
  Log,
  LogicalAnd,
  LogicalNot,
  Max,
  Maximum,
  Mean,
  Min,
  Minimum,
  Multiply,
  Neg,
  NotEqual,
  OnesLike,
  Pack,
  PadV2,
  Pow,
  Prelu,
  RealDiv,
  Reciprocal,
  Relu,
  Reshape,
  Rsqrt,
  Select,
  Sigmoid,
  Sign,
  Sin,
  Slice,
  Softmax,
  Softplus,
  SplitV,
  Sqrt,
  Square,
  SquaredDifference,
  Step,
  Sub,
  Sum,
  Tanh,
  Tile,
  Transpose,
  Unpack,
  UnsortedSegmentSum,
  ZerosLike,
  util,
  type AddInputs,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  type CastAttrs,
  type CastInputs,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type IdentityInputs,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { copyKernels } from './copy-kernels.js';
import { attributesOf, replaceKernels, type Call, type Replacement } from './replace-kernels.js';
import { nativeTensorMemory, tensorMemory } from './tensor-memory.js';
import { multiply, operand } from './wasm/multiply.js';
import { gatherInto, sumInto } from './wasm/rows.js';
import type { TensorMemory } from './wasm/tensor-memory.js';

/**
 * Replaces those kernels of TensorFlow.js's wasm back end that make training slow, and adds the one it
 * lacks, for all TensorFlow.js code of this process:
 * - `UnsortedSegmentSum`, the gradient of `gather`, which the back end does not have;
 * - `GatherV2` along the first axis: whole rows are copied instead of single numbers;
 * - `BatchMatMul`: as fast with a transposed operand as without;
 * - `Add` of equal shapes, as gradients add up: on all threads;
 * - `Concat`, `Slice`, `SplitV` and `PadV2` along one axis: blocks are copied at memory's speed;
 * - `Identity`, and `Cast` to the type that a tensor has: share the data instead of copying it.
 *
 * {@link useBackend} calls it. Calling it again, or before the back end's package is loaded, does nothing.
 */
export function accelerateWasm(): void {
  replaceKernels('wasm', {
    [Add]: add,
    [BatchMatMul]: batchMatMul,
    [Cast]: cast,
    ...copyKernels,
    [GatherV2]: gatherV2,
    [Identity]: identity,
    [UnsortedSegmentSum]: unsortedSegmentSum,
  });
}

/**
 * Operations of training steps that the wasm back end's kernels do where the tensors lie: libtensorflow would
 * get copies, and its threads, which look for more work for a while, would take a core from the kernels.
 */
const besideNative = [
  ...[Abs, Add, AddN, Cast, ClipByValue, Concat, Cos, Elu, EluGrad, Equal, Exp, ExpandDims, Fill],
  ...[GatherV2, Greater, GreaterEqual, LeakyRelu, Less, LessEqual, Log, LogicalAnd, LogicalNot],
  ...[
    Max,
    Maximum,
    Mean,
    Min,
    Minimum,
    Multiply,
    Neg,
    NotEqual,
    OnesLike,
    Pack,
    PadV2,
    Pow,
    Prelu,
    RealDiv,
  ],
  ...[Reciprocal, Relu, Reshape, Rsqrt, Select, Sigmoid, Sign, Sin, Slice, Softmax, Softplus],
  ...[SplitV, Sqrt, Square, SquaredDifference, Step, Sub, Sum, Tanh, Tile, Transpose, Unpack],
  ...[UnsortedSegmentSum, ZerosLike],
];

/**
 * Replaces kernels of the `tensorflow` back end on the CPU by those of the wasm back end for tensors that lie in
 * the project's memory already. Others stay with libtensorflow, and so do long products.
 */
export function accelerateNative(): void {
  accelerateWasm();
  replaceKernels('tensorflow', onWasm);
  replaceKernels('tensorflow', { [BatchMatMul]: batchMatMul });
}

// Made once: what is in place already is not replaced again.
const onWasm = Object.fromEntries(besideNative.map((name) => [name, computedOnWasm(name)]));

function computedOnWasm(name: string): Replacement {
  return (call, original) => {
    const memory = nativeTensorMemory();
    const inputs = Object.values(call.inputs) as (TensorInfo | undefined)[];
    const ours = inputs.every((x) => !x || (numeric.has(x.dtype) && memory?.holds(x)));
    if (!memory?.compute || !ours) return original!(call) as TensorInfo;
    return memory.compute(getKernel(name, 'wasm').kernelFunc, call) as TensorInfo;
  };
}

/** Types that both back ends keep alike. */
const numeric: ReadonlySet<string> = new Set(['float32', 'int32', 'bool']);

const inputsOf = <T>(inputs: NamedTensorInfoMap) =>
  inputs as unknown as Record<keyof T, TensorInfo>;

function add(call: Call, original?: KernelFunc): TensorInfo {
  const { a, b } = inputsOf<AddInputs>(call.inputs);
  const memory = tensorMemory();
  const ours = memory && [a, b].every((x) => x.dtype === 'float32' && memory.holds(x));
  const count = util.sizeFromShape(a.shape);
  const large = count > 4096 && a.shape.join() === b.shape.join();
  if (!ours || !large) return original!(call) as TensorInfo;
  const { tensor, pointer } = memory.create(a.shape, 'float32');
  const [left, right] = [memory.read(a), memory.read(b)];
  memory.runtime.parallel('addNumbers', { count, cost: 2, multipleOf: 4 }, (from, to) => [
    ...[left + 4 * from, right + 4 * from, to - from, pointer + 4 * from],
  ]);
  return tensor;
}

function identity({ inputs, backend }: Call): TensorInfo {
  const { dataId, shape, dtype } = inputsOf<IdentityInputs>(inputs).x;
  (backend as BackendWasm).incRef(dataId);
  return { dataId, shape, dtype };
}

function cast(call: Call, original?: KernelFunc): TensorInfo {
  const { dtype } = attributesOf<CastAttrs>(call.attrs);
  const same = inputsOf<CastInputs>(call.inputs).x.dtype === dtype;
  return same ? identity(call) : (original!(call) as TensorInfo);
}

function batchMatMul(call: Call, original?: KernelFunc): TensorInfo {
  const { inputs, attrs } = call;
  const { a, b } = inputsOf<BatchMatMulInputs>(inputs);
  const memory = tensorMemory();
  // Other types go to the back end: taken for float32 they would give nonsense.
  const ours = memory && [a, b].every((x) => x.dtype === 'float32' && memory.holds(x));
  if (!ours) return original!(call) as TensorInfo;
  const { transposeA, transposeB } = attributesOf<BatchMatMulAttrs>(attrs);
  const [aBatch, aRows, aColumns] = asBatch(a.shape);
  const [bBatch, bRows, bColumns] = asBatch(b.shape);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [depth, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== depth) {
    throw new RangeError(
      `matMul: inner sizes must match, got [${a.shape.join()}] and [${b.shape.join()}].`,
    );
  }
  const leading = (aBatch >= bBatch ? a : b).shape.slice(0, -2);
  const { tensor, pointer } = memory.create([...leading, m, n], 'float32');
  const [pa, pb] = [memory.read(a), memory.read(b)];
  for (let batch = 0; batch < Math.max(aBatch, bBatch); batch++) {
    multiply(memory.runtime, {
      ...{ m, n, k },
      a: operand(pa + 4 * (batch % aBatch) * m * k, aColumns, transposeA),
      b: operand(pb + 4 * (batch % bBatch) * k * n, bColumns, transposeB),
      c: pointer + 4 * batch * m * n,
    });
  }
  return tensor;
}

/** A shape of rank ≥ 2 as batch, rows, columns. */
function asBatch(shape: readonly number[]): [number, number, number] {
  const batch = util.sizeFromShape(shape.slice(0, -2));
  return [batch, shape.at(-2)!, shape.at(-1)!];
}

function gatherV2(call: Call, original?: KernelFunc): TensorInfo {
  const { x, indices } = inputsOf<GatherV2Inputs>(call.inputs);
  const { axis, batchDims } = attributesOf<GatherV2Attrs>(call.attrs);
  const simple = axis === 0 && batchDims === 0 && x.dtype !== 'string' && x.dtype !== 'bool';
  if (!simple || indices.dtype !== 'int32') return original!(call) as TensorInfo;
  const memory = tensorMemory()!;
  const rowShape = x.shape.slice(1);
  const columns = util.sizeFromShape(rowShape);
  const count = util.sizeFromShape(indices.shape);
  for (const row of integersOf(memory, indices)) {
    if (row < 0 || row >= x.shape[0]!) {
      throw new RangeError(`gather: indices must be from 0 to ${x.shape[0]! - 1}, got ${row}.`);
    }
  }
  const { tensor, pointer } = memory.create([...indices.shape, ...rowShape], x.dtype);
  gatherInto(memory.runtime, {
    ...{ table: memory.read(x), list: memory.read(indices), count, columns, rows: pointer },
  });
  return tensor;
}

/** An int32 tensor's numbers where they lie: valid until memory is allocated. */
function integersOf(memory: TensorMemory, x: TensorInfo): Int32Array {
  const start = memory.read(x) / 4;
  return memory.runtime.integers().subarray(start, start + util.sizeFromShape(x.shape));
}

function unsortedSegmentSum({ inputs, attrs, backend }: Call): TensorInfo {
  const { x, segmentIds } = inputsOf<UnsortedSegmentSumInputs>(inputs);
  const { numSegments } = attributesOf<UnsortedSegmentSumAttrs>(attrs);
  const memory = tensorMemory()!;
  const { runtime } = memory;
  const rowShape = x.shape.slice(segmentIds.shape.length);
  const columns = util.sizeFromShape(rowShape);
  const count = util.sizeFromShape(segmentIds.shape);
  for (const id of integersOf(memory, segmentIds)) {
    if (id >= numSegments) {
      throw new RangeError(`unsortedSegmentSum: ids must be below ${numSegments}, got ${id}.`);
    }
  }
  const numbers =
    x.dtype === 'float32'
      ? undefined
      : runtime.upload(
          Float32Array.from((backend as BackendWasm).readSync(x.dataId) as Int32Array),
        );
  const { tensor, pointer } = memory.create([numSegments, ...rowShape], 'float32');
  sumInto(runtime, {
    ...{ table: pointer, list: memory.read(segmentIds), count, columns, tableRows: numSegments },
    rows: numbers?.pointer ?? memory.read(x),
  });
  numbers?.release();
  return tensor;
}
