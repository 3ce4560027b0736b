import {
  BatchMatMul,
  GatherV2,
  getKernel,
  Identity,
  registerKernel,
  unregisterKernel,
  UnsortedSegmentSum,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type IdentityInputs,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { wasmRuntime } from './wasm-runtime.js';

/** Numbers of scratch memory that `multiply` of assembly/multiply.ts needs. */
const multiplyScratch = 81_952;

let accelerated = false;

/**
 * Replaces those kernels of TensorFlow.js's wasm back end that make training slow, and adds the one it
 * lacks, for all TensorFlow.js code of this process:
 * - `UnsortedSegmentSum`, the gradient of `gather`, which the back end does not have;
 * - `GatherV2` along the first axis: whole rows are copied instead of single numbers;
 * - `BatchMatMul`: as fast with a transposed operand as without;
 * - `Identity`: shares the data instead of copying it.
 *
 * {@link useBackend} calls it. Calling it again does nothing.
 */
export function accelerateWasm(): void {
  if (accelerated) return;
  accelerated = true;
  replace(Identity, identity);
  replace(BatchMatMul, batchMatMul);
  replace(GatherV2, gatherV2);
  replace(UnsortedSegmentSum, unsortedSegmentSum);
}

type Call = Parameters<KernelFunc>[0];

function replace(
  kernelName: string,
  kernelFunc: (call: Call, original?: KernelFunc) => TensorInfo,
): void {
  const original = getKernel(kernelName, 'wasm') as KernelConfig | undefined;
  if (original) unregisterKernel(kernelName, 'wasm');
  registerKernel({
    ...original,
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => kernelFunc(call, original?.kernelFunc),
  });
}

const inputsOf = <T>(inputs: NamedTensorInfoMap) =>
  inputs as unknown as Record<keyof T, TensorInfo>;
const attributesOf = <T>(attrs?: NamedAttrMap) => attrs as unknown as T;

function identity({ inputs, backend }: Call): TensorInfo {
  const { dataId, shape, dtype } = inputsOf<IdentityInputs>(inputs).x;
  (backend as BackendWasm).incRef(dataId);
  return { dataId, shape, dtype };
}

function batchMatMul(call: Call, original?: KernelFunc): TensorInfo {
  const { inputs, attrs, backend } = call;
  const { a, b } = inputsOf<BatchMatMulInputs>(inputs);
  // The back end refuses other types; taken for float32 they would give nonsense.
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return original!(call) as TensorInfo;
  const { transposeA, transposeB } = attributesOf<BatchMatMulAttrs>(attrs);
  const runtime = wasmRuntime(backend as BackendWasm);
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
  const out = runtime.backend.makeOutput([...leading, m, n], 'float32');
  const scratch = runtime.allocate(multiplyScratch);
  const [pa, pb, pc] = [a, b, out].map(({ dataId }) => runtime.pointer(dataId)) as [
    number,
    number,
    number,
  ];
  for (let batch = 0; batch < Math.max(aBatch, bBatch); batch++) {
    runtime.kernels.multiply(
      ...([m, n, k] as const),
      ...[pa + 4 * (batch % aBatch) * m * k, transposeA ? 1 : k, transposeA ? m : 1],
      ...[pb + 4 * (batch % bBatch) * k * n, transposeB ? 1 : n, transposeB ? k : 1],
      ...[pc + 4 * batch * m * n, scratch.pointer],
    );
  }
  scratch.release();
  return out;
}

/** A shape of rank ≥ 2 as batch, rows, columns. */
function asBatch(shape: readonly number[]): [number, number, number] {
  const batch = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return [batch, shape.at(-2)!, shape.at(-1)!];
}

function gatherV2(call: Call, original?: KernelFunc): TensorInfo {
  const { x, indices } = inputsOf<GatherV2Inputs>(call.inputs);
  const { axis, batchDims } = attributesOf<GatherV2Attrs>(call.attrs);
  const simple = axis === 0 && batchDims === 0 && x.dtype !== 'string' && x.dtype !== 'bool';
  if (!simple || indices.dtype !== 'int32') return original!(call) as TensorInfo;
  const runtime = wasmRuntime(call.backend as BackendWasm);
  const rowShape = x.shape.slice(1);
  const columns = rowShape.reduce((product, size) => product * size, 1);
  const count = indices.shape.reduce((product, size) => product * size, 1);
  const rows = runtime.backend.readSync(indices.dataId) as Int32Array;
  for (const row of rows) {
    if (row < 0 || row >= x.shape[0]!) {
      throw new RangeError(`gather: indices must be from 0 to ${x.shape[0]! - 1}, got ${row}.`);
    }
  }
  const out = runtime.backend.makeOutput([...indices.shape, ...rowShape], x.dtype);
  const [from, at, to] = [x, indices, out].map(({ dataId }) => runtime.pointer(dataId)) as [
    number,
    number,
    number,
  ];
  runtime.kernels.gatherRows(from, at, count, columns, to);
  return out;
}

function unsortedSegmentSum({ inputs, attrs, backend }: Call): TensorInfo {
  const { x, segmentIds } = inputsOf<UnsortedSegmentSumInputs>(inputs);
  const { numSegments } = attributesOf<UnsortedSegmentSumAttrs>(attrs);
  const runtime = wasmRuntime(backend as BackendWasm);
  const rowShape = x.shape.slice(segmentIds.shape.length);
  const columns = rowShape.reduce((product, size) => product * size, 1);
  const count = segmentIds.shape.reduce((product, size) => product * size, 1);
  const ids = runtime.backend.readSync(segmentIds.dataId) as Int32Array;
  for (const id of ids) {
    if (id >= numSegments) {
      throw new RangeError(`unsortedSegmentSum: ids must be below ${numSegments}, got ${id}.`);
    }
  }
  const numbers =
    x.dtype === 'float32'
      ? undefined
      : runtime.upload(Float32Array.from(runtime.backend.readSync(x.dataId) as Int32Array));
  const out = runtime.backend.makeOutput([numSegments, ...rowShape], 'float32');
  const to = runtime.pointer(out.dataId);
  runtime.clear(to, numSegments * columns);
  runtime.kernels.addRows(
    ...([
      numbers?.pointer ?? runtime.pointer(x.dataId),
      runtime.pointer(segmentIds.dataId),
    ] as const),
    ...([count, columns, to] as const),
  );
  numbers?.release();
  return out;
}
