import { util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer } from './heap.js';
import { createNativeProduct } from './native-product.js';
import type { NodeBackend } from './node-backend.js';
import type { Block, KernelRuntime } from './runtime.js';
import type { TensorMemory } from './tensor-memory.js';

/**
 * The kernels beside libtensorflow on the CPU. A tensor that a kernel makes or changes lies in the kernels'
 * memory only; libtensorflow gets a copy when one of its own operations first reads it, and a kernel that reads
 * a tensor of libtensorflow's makes a copy once. So a chain of kernels copies nothing.
 */
export function createNativeTensorMemory(
  backend: NodeBackend,
  runtime: KernelRuntime,
): TensorMemory {
  const { binding, tensorMap } = backend;
  const blocks = new WeakMap<object, Block>();
  const numbersOf = (block: Block, size: number) => {
    const start = block.pointer / 4;
    return runtime.floats().slice(start, start + size);
  };
  const sizeOf = ({ shape }: { readonly shape: readonly number[] }) =>
    util.sizeFromShape([...shape]);

  const { getInputTensorIds, readSync, disposeData } = backend;
  backend.getInputTensorIds = (tensors) => {
    for (const { dataId } of tensors) {
      // Scalars of 64 bits have no id of this kind.
      const block = blocks.get(dataId);
      const entry = block && tensorMap.get(dataId);
      if (!entry || entry.id >= 0) continue;
      const values = numbersOf(block, sizeOf(entry));
      entry.id = binding.createTensor(entry.shape, entry.dtype, values);
    }
    return getInputTensorIds.call(backend, tensors);
  };
  backend.readSync = (dataId) => {
    const block = blocks.get(dataId);
    if (!block) return readSync.call(backend, dataId);
    return numbersOf(block, sizeOf(tensorMap.get(dataId)!));
  };
  backend.disposeData = (dataId, force) => {
    const gone = disposeData.call(backend, dataId, force);
    if (gone) {
      blocks.get(dataId)?.release();
      blocks.delete(dataId);
    }
    return gone;
  };

  const read = ({ dataId, shape, dtype }: TensorInfo): Pointer => {
    let block = blocks.get(dataId);
    if (!block) {
      block = runtime.upload(readSync.call(backend, dataId), describe(shape, dtype));
      blocks.set(dataId, block);
      // What libtensorflow was never given is not needed twice.
      tensorMap.get(dataId)!.values = null;
    }
    return block.pointer;
  };
  const nativeProduct = createNativeProduct(backend, runtime);
  return {
    // The same runtime, which the wasm back end may use as well, with one more way to multiply.
    runtime: Object.create(runtime, { nativeProduct: { value: nativeProduct } }) as KernelRuntime,
    holds: ({ dataId }) => blocks.has(dataId) || (tensorMap.get(dataId)?.values ?? null) !== null,
    read,
    update: (tensor) => {
      const pointer = read(tensor);
      const entry = tensorMap.get(tensor.dataId)!;
      if (entry.id >= 0) binding.deleteTensor(entry.id);
      entry.id = -1;
      return pointer;
    },
    create: (shape, dtype) => {
      const dataId = {};
      const block = runtime.allocate(sizeOf({ shape }), describe(shape, dtype));
      blocks.set(dataId, block);
      tensorMap.set(dataId, { shape, dtype: binding.TF_FLOAT, id: -1, values: null, refCount: 1 });
      return { tensor: { dataId, shape: [...shape], dtype }, pointer: block.pointer };
    },
  };
}

const describe = (shape: readonly number[], dtype: DataType) =>
  `a ${dtype} tensor of shape [${shape.join(', ')}]`;
