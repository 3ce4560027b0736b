import type { Numbers } from './node-backend.js';
import type { CsrMatrix, ItemLists } from '@mmrec/core';
import { kernelsBase64 } from '../kernels.generated.js';
import type { Heap, Pointer } from './heap.js';
import { divide, divideByEntries, type Division, type Range } from './partition.js';
import type { Product } from './product.js';
import { createThreadPool, type KernelArguments, type ThreadPool } from './thread-pool.js';

/** The functions of assembly/, whose files document them. */
type Kernels = Readonly<Record<string, (...args: number[]) => number>>;

/** A block of memory that is not a tensor. */
export interface Block {
  readonly pointer: Pointer;
  release(): void;
}

/** Where a sparse matrix lies. */
export interface ResidentCsr {
  readonly offsets: Pointer;
  readonly indices: Pointer;
  readonly values: Pointer;
}

/** The project's kernels on one memory, with the threads that share it. */
export interface KernelRuntime {
  readonly heap: Heap;
  /** Threads that take part, this one included. */
  readonly threads: number;
  /** Calls a kernel on this thread. */
  call(kernel: string, args: KernelArguments): number;
  /** Calls a kernel for ranges of `count` rows, on all threads where that pays. */
  parallel(
    kernel: string,
    division: Omit<Division, 'threads'>,
    args: (from: number, to: number) => KernelArguments,
  ): void;
  /** Calls a kernel for each of some ranges, on all threads. */
  each(kernel: string, ranges: readonly Range[], args: (range: Range) => KernelArguments): void;
  /** Ranges of a sparse matrix's rows for {@link each}; `columns` is the dense operand's width. */
  rangesOf(matrix: CsrMatrix, columns: number): readonly Range[];
  /** Memory for `count` 4-byte numbers, not zeroed. */
  allocate(count: number, what?: string): Block;
  /** A copy of some numbers. */
  upload(values: Numbers, what?: string): Block;
  /** The matrix in memory: uploaded at first sight, freed when it is garbage collected. */
  csr(matrix: CsrMatrix): ResidentCsr;
  /** Lists in memory, likewise; each list must ascend. */
  lists(lists: ItemLists): { readonly offsets: Pointer; readonly items: Pointer };
  /** The whole memory as numbers. Don't keep it: it is replaced when the memory grows. */
  floats(): Float32Array;
  integers(): Int32Array;
  /** Zeroes `count` 4-byte numbers. */
  clear(pointer: Pointer, count: number): void;
  /** Computes a dense product by other means and returns true, or returns false. */
  readonly nativeProduct?: (product: Product) => boolean;
  /** Starts or ends threads, so that `threads` take part; only on shared memory, else nothing happens. */
  setThreads(threads: number): Promise<void>;
}

/** Numbers of scratch memory of each thread: packed operands of a product (`multiplyScratch` of assembly/). */
export const threadScratch = 256 * 256 + 64 * 256 + 32;

/** Bytes: a cache line, and what libtensorflow wants of memory that it reads in place. */
const alignment = 64;

const compiled: { single?: WebAssembly.Module; shared?: WebAssembly.Module } = {};

const runtimes = new WeakMap<Heap, KernelRuntime>();

/** The kernels on a memory, instantiated once. */
export function kernelRuntime(heap: Heap): KernelRuntime {
  let runtime = runtimes.get(heap);
  if (!runtime) runtimes.set(heap, (runtime = createKernelRuntime(heap)));
  return runtime;
}

function createKernelRuntime(heap: Heap): KernelRuntime {
  const { memory } = heap;
  const kind =
    typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
      ? 'shared'
      : 'single';
  const module = (compiled[kind] ??= new WebAssembly.Module(decodeBase64(kernelsBase64[kind])));
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
  const scratch = heap.allocate(4 * threadScratch, 'scratch memory');
  kernels['useScratch']!(scratch);
  let pool: ThreadPool | undefined;
  let poolScratch: Pointer[] = [];

  const allocate = (count: number, what = 'an intermediate result'): Block => {
    const start = heap.allocate(4 * Math.max(count, 1) + alignment, what);
    return {
      pointer: Math.ceil(start / alignment) * alignment,
      release: () => {
        heap.free(start);
      },
    };
  };
  const upload = (values: Numbers, what?: string) => {
    const block = allocate(values.length, what);
    // A view made now: the memory's buffer is replaced when it grows.
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(memory.buffer, block.pointer, bytes.length).set(bytes);
    return block;
  };
  const keepUploaded = residents(upload);
  const run = (kernel: string, calls: readonly KernelArguments[]) => {
    if (pool) pool.run(kernel, calls);
    else for (const call of calls) kernels[kernel]!(...call);
  };
  const runtime: KernelRuntime = {
    heap,
    get threads() {
      return pool?.threads ?? 1;
    },
    call: (kernel, args) => kernels[kernel]!(...args),
    parallel: (kernel, division, args) => {
      const ranges = divide({ ...division, threads: runtime.threads });
      run(
        kernel,
        ranges.map(([from, to]) => args(from, to)),
      );
    },
    each: (kernel, ranges, args) => {
      run(kernel, ranges.map(args));
    },
    rangesOf: ({ offsets }, columns) =>
      divideByEntries(offsets, { threads: runtime.threads, cost: columns }),
    allocate,
    upload,
    csr: ({ offsets, indices, values }) => ({
      offsets: keepUploaded(offsets),
      indices: keepUploaded(indices),
      values: keepUploaded(values),
    }),
    lists: ({ offsets, items }) => ({ offsets: keepUploaded(offsets), items: keepUploaded(items) }),
    floats: () => new Float32Array(memory.buffer),
    integers: () => new Int32Array(memory.buffer),
    // JavaScript's own fill goes byte by byte through shared memory.
    clear: (start, count) => {
      runtime.parallel('clear', { count, cost: 0.5 }, (from, to) => [start + 4 * from, to - from]);
    },
    setThreads: async (threads) => {
      if (kind === 'single' || threads === runtime.threads) return;
      await pool?.close();
      for (const pointer of poolScratch) heap.free(pointer);
      pool = undefined;
      const helpers = threads - 1;
      poolScratch = Array.from({ length: helpers }, () =>
        heap.allocate(4 * threadScratch, 'scratch memory'),
      );
      if (helpers > 0) {
        pool = createThreadPool({ module, memory, kernels, helpers, scratch: poolScratch });
      }
    },
  };
  return runtime;
}

/** Copies of arrays in memory, made at first sight and freed when the array is garbage collected. */
function residents(upload: (values: Numbers, what?: string) => Block) {
  const known = new WeakMap<object, Block>();
  const collected = new FinalizationRegistry<Block>((block) => {
    block.release();
  });
  return (values: Int32Array | Float32Array): Pointer => {
    let block = known.get(values);
    if (!block) {
      block = upload(values, `a graph's ${values.length.toLocaleString('en')} entries`);
      known.set(values, block);
      collected.register(values, block);
    }
    return block.pointer;
  };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
