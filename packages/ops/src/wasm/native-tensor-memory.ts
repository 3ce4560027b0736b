import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { util, type DataType, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer } from './heap.js';
import { createNativeProduct } from './native-product.js';
import type { NodeBackend, Numbers } from './node-backend.js';
import type { Block, KernelRuntime } from './runtime.js';
import type { TensorMemory } from './tensor-memory.js';

type Call = Parameters<KernelFunc>[0];

/** The kernels' memory beside libtensorflow. */
export interface NativeTensorMemory extends TensorMemory {
  /**
   * Has a kernel of TensorFlow.js's wasm back end compute where the tensors lie; all inputs must be held.
   * Absent where that back end can't be used.
   */
  readonly compute: ((kernel: KernelFunc, call: Call) => TensorInfo | TensorInfo[]) | undefined;
}

/**
 * The kernels beside libtensorflow on the CPU. A tensor that a kernel makes or changes lies in the kernels'
 * memory only; libtensorflow gets a copy when one of its own operations first reads it, and a kernel that reads
 * a tensor of libtensorflow's makes a copy once. So a chain of kernels copies nothing.
 *
 * @param wasm - TensorFlow.js's wasm back end on the same memory, whose kernels then serve as well.
 */
export function createNativeTensorMemory(
  backend: NodeBackend,
  runtime: KernelRuntime,
  wasm: BackendWasm | undefined,
): NativeTensorMemory {
  const { tensorMap } = backend;
  const blocks = new WeakMap<object, Block>();
  readFromBlocks(backend, { blocks, runtime });

  const { disposeData, readSync } = backend;
  backend.disposeData = (dataId, force) => {
    const gone = disposeData.call(backend, dataId, force);
    if (gone) {
      if (wasm?.dataIdMap.has(dataId)) {
        wasm.wasm.tfjs.disposeData(wasm.dataIdMap.get(dataId).id);
        wasm.dataIdMap.delete(dataId);
      }
      blocks.get(dataId)?.release();
      blocks.delete(dataId);
    }
    return gone;
  };

  const keep = (dataId: object, block: Block, { shape, dtype }: Omit<TensorInfo, 'dataId'>) => {
    blocks.set(dataId, block);
    const type = typeOf(backend, dtype);
    tensorMap.set(dataId, { shape: [...shape], dtype: type, id: -1, values: null, refCount: 1 });
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
      if (entry.id >= 0) backend.binding.deleteTensor(entry.id);
      entry.id = -1;
      return pointer;
    },
    create: (shape, dtype) => {
      const dataId = {};
      const block = runtime.allocate(util.sizeFromShape([...shape]), describe(shape, dtype));
      keep(dataId, block, { shape: [...shape], dtype });
      return { tensor: { dataId, shape: [...shape], dtype }, pointer: block.pointer };
    },
    compute: wasm && computeOnWasm({ backend, wasm, runtime, read, keep }),
  };
}

/** Has libtensorflow and the host see what lies in the kernels' memory. */
function readFromBlocks(
  backend: NodeBackend,
  { blocks, runtime }: { readonly blocks: WeakMap<object, Block>; readonly runtime: KernelRuntime },
): void {
  const { binding, tensorMap, getInputTensorIds, readSync } = backend;
  const numbersOf = (dataId: object): Numbers => {
    const { dtype, shape } = tensorMap.get(dataId)!;
    const size = util.sizeFromShape([...shape]);
    const { pointer } = blocks.get(dataId)!;
    if (dtype === binding.TF_BOOL) {
      return new Uint8Array(runtime.heap.memory.buffer, pointer, size).slice();
    }
    const numbers = dtype === binding.TF_INT32 ? runtime.integers() : runtime.floats();
    return numbers.slice(pointer / 4, pointer / 4 + size);
  };
  // Tensors that share another's numbers under another shape; libtensorflow has returned when the next are made.
  const reshaped: number[] = [];
  backend.getInputTensorIds = (tensors) => {
    for (const id of reshaped.splice(0)) binding.deleteTensor(id);
    const ours = tensors.map(({ dataId, shape }) => {
      // Scalars of 64 bits have no id of this kind.
      const entry = blocks.has(dataId) ? tensorMap.get(dataId)! : undefined;
      if (!entry) return undefined;
      if (entry.shape.join() !== shape.join()) {
        const id = binding.createTensor(shape, entry.dtype, numbersOf(dataId));
        reshaped.push(id);
        return id;
      }
      if (entry.id < 0) {
        entry.id = binding.createTensor(entry.shape, entry.dtype, numbersOf(dataId));
      }
      return entry.id;
    });
    const ids = getInputTensorIds.call(backend, tensors);
    return ids.map((id, at) => ours[at] ?? id);
  };
  backend.readSync = (dataId) =>
    blocks.has(dataId) ? numbersOf(dataId) : readSync.call(backend, dataId);
}

interface ComputeInputs {
  readonly backend: NodeBackend;
  readonly wasm: BackendWasm;
  readonly runtime: KernelRuntime;
  read(tensor: TensorInfo): Pointer;
  /** Makes a tensor of a block. */
  keep(dataId: object, block: Block, tensor: Omit<TensorInfo, 'dataId'>): void;
}

/** The wasm back end's kernels on tensors of the native one: both know the same data under the same name. */
function computeOnWasm({ backend, wasm, runtime, read, keep }: ComputeInputs) {
  const register = (input: TensorInfo) => {
    const { dataId, dtype } = input;
    const memoryOffset = read(input);
    if (wasm.dataIdMap.has(dataId)) return;
    const { shape } = backend.tensorMap.get(dataId)!;
    const alike = wasm.makeOutput([...shape], dtype, memoryOffset);
    const { dataId: name } = alike;
    wasm.dataIdMap.set(dataId, wasm.dataIdMap.get(name));
    wasm.dataIdMap.delete(name);
  };
  const adopt = (output: TensorInfo): TensorInfo => {
    const { dataId, shape, dtype } = output;
    if (backend.tensorMap.has(dataId)) return output;
    const { memoryOffset: pointer } = wasm.dataIdMap.get(dataId);
    const release = () => {
      runtime.heap.free(pointer);
    };
    keep(dataId, { pointer, release }, { shape, dtype });
    return output;
  };
  return (kernel: KernelFunc, call: Call): TensorInfo | TensorInfo[] => {
    const inputs = Object.values(call.inputs) as (TensorInfo | undefined)[];
    const given = inputs.filter((x) => x !== undefined);
    given.forEach(register);
    const made = kernel({ ...call, backend: wasm });
    const outputs = Array.isArray(made) ? made : [made];
    for (const output of outputs) {
      // What shares an input's numbers counts as another of their users.
      if (given.some(({ dataId }) => dataId === output.dataId)) backend.incRef(output.dataId);
      else adopt(output);
    }
    return made;
  };
}

function typeOf({ binding }: NodeBackend, dtype: DataType): number {
  if (dtype === 'int32') return binding.TF_INT32;
  return dtype === 'bool' ? binding.TF_BOOL : binding.TF_FLOAT;
}

const describe = (shape: readonly number[], dtype: DataType) =>
  `a ${dtype} tensor of shape [${shape.join(', ')}]`;
