import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf, type Pointer } from './heap.js';
import type { EmscriptenModule } from './load-shared-wasm.js';
import { kernelRuntime, type KernelRuntime } from './runtime.js';

/** How a back end's tensors get into the kernels' memory and out of it. */
export interface TensorMemory {
  readonly runtime: KernelRuntime;
  /** Whether a tensor's numbers lie there already, or can be put there without asking the back end. */
  holds(tensor: TensorInfo): boolean;
  /** Where a tensor's numbers lie. Valid until the tensor is disposed. */
  read(tensor: TensorInfo): Pointer;
  /** A new tensor and where its numbers lie: not zeroed. */
  create(shape: readonly number[], dtype: DataType): { tensor: TensorInfo; pointer: Pointer };
  /** The same, of a tensor whose numbers are then changed in place. */
  update(tensor: TensorInfo): Pointer;
}

const memories = new WeakMap<object, TensorMemory>();

/** The kernels on the wasm back end's own memory: nothing is copied. */
export function wasmTensorMemory(backend: BackendWasm): TensorMemory {
  let memory = memories.get(backend);
  if (!memory) {
    const runtime = kernelRuntime(heapOf(backend.wasm as EmscriptenModule));
    const pointer = ({ dataId }: TensorInfo) => backend.dataIdMap.get(dataId).memoryOffset;
    memory = {
      runtime,
      holds: () => true,
      read: pointer,
      update: pointer,
      create: (shape, dtype) => {
        const tensor = backend.makeOutput([...shape], dtype);
        return { tensor, pointer: pointer(tensor) };
      },
    };
    memories.set(backend, memory);
    nameTensorsInErrors(backend);
  }
  return memory;
}

/** An allocation that fails says which tensor it was for. */
function nameTensorsInErrors(backend: BackendWasm): void {
  const { move } = backend;
  backend.move = (...args) => {
    try {
      move.apply(backend, args);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const [, , shape, dtype] = args;
      const tensor = `a ${dtype} tensor of shape [${shape.join(', ')}]`;
      throw new RangeError(error.message.replace('a tensor', tensor), { cause: error });
    }
  };
}
