import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf, type Pointer } from './heap.js';
import type { EmscriptenModule } from './load-shared-wasm.js';
import { createKernelRuntime, type KernelRuntime } from './runtime.js';

/** How a back end's tensors get into the kernels' memory and out of it. */
export interface TensorMemory {
  readonly runtime: KernelRuntime;
  /** Where a tensor's numbers lie, until {@link release} is called. */
  read(tensor: TensorInfo): Pointer;
  /** A new tensor and where its numbers lie: not zeroed. */
  create(shape: readonly number[], dtype: DataType): { tensor: TensorInfo; pointer: Pointer };
  /** A tensor's numbers, to be changed in place by {@link update}'s caller alone. */
  update(tensor: TensorInfo): Pointer;
  /** Ends the use of what was read since the last call. */
  release(): void;
}

const memories = new WeakMap<object, TensorMemory>();

/** The kernels on the wasm back end's own memory: nothing is copied. */
export function wasmTensorMemory(backend: BackendWasm): TensorMemory {
  let memory = memories.get(backend);
  if (!memory) {
    const runtime = createKernelRuntime(heapOf(backend.wasm as EmscriptenModule));
    const pointer = ({ dataId }: TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset;
    memory = {
      runtime,
      read: pointer,
      update: pointer,
      create: (shape, dtype) => {
        const tensor = backend.makeOutput([...shape], dtype);
        return { tensor, pointer: pointer(tensor) };
      },
      release: () => undefined,
    };
    memories.set(backend, memory);
    nameTensorsInErrors(backend);
  }
  return memory;
}

/** An allocation that fails says which tensor it was for. */
function nameTensorsInErrors(backend: BackendWasm): void {
  const { move } = backend;
  backend.move = (dataId, values, shape, dtype, refCount) => {
    try {
      move.call(backend, dataId, values, shape, dtype, refCount);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const tensor = `a ${dtype} tensor of shape [${shape.join(', ')}]`;
      throw new RangeError(error.message.replace('a tensor', tensor), { cause: error });
    }
  };
}
