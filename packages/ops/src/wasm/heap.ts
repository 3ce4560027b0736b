import type { EmscriptenModule } from './load-shared-wasm.js';

/** A pointer into WebAssembly memory, in bytes. */
export type Pointer = number;

/** Memory that the kernels work on. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /**
   * @param what - What the memory is for, named in the error.
   * @throws {RangeError} If the memory can't be had.
   */
  allocate(bytes: number, what: string): Pointer;
  free(pointer: Pointer): void;
}

const heaps = new WeakMap<object, Heap>();

/** The memory of TensorFlow.js's WebAssembly module, whose own allocator serves it. */
export function heapOf(module: EmscriptenModule): Heap {
  let heap = heaps.get(module);
  if (!heap) heaps.set(module, (heap = createHeap(module)));
  return heap;
}

function createHeap(module: EmscriptenModule): Heap {
  const { memory } = module.asm;
  // Emscripten's functions put the real ones into their own place when they are first called.
  module._free(module._malloc(4));
  // Signed for TensorFlow.js, which makes it unsigned itself.
  const plain = module._malloc.bind(module);
  let purpose = 'a tensor';
  // The module answers 0 when there is no memory left, and TensorFlow.js would write there.
  module._malloc = (bytes: number) => {
    // A size past 4 GiB would lose its upper bits.
    const pointer = bytes < 2 ** 32 ? plain(bytes) : 0;
    if (pointer !== 0 || bytes === 0) return pointer;
    throw new RangeError(
      `wasm: no memory for ${purpose}: ${megabytes(bytes)} MB are needed and the back end holds ${megabytes(
        memory.buffer.byteLength,
      )} of at most 4,295 MB. Take a smaller embeddingSize, batchSize or model, or the tensorflow back end.`,
    );
  };
  return {
    memory,
    allocate: (bytes, what) => {
      purpose = what;
      try {
        return module._malloc(bytes) >>> 0;
      } finally {
        purpose = 'a tensor';
      }
    },
    free: (pointer) => {
      module._free(pointer);
    },
  };
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6).toLocaleString('en');
