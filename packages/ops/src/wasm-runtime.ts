import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { CsrMatrix } from '@mmrec/core';
import { kernelsBase64 } from './kernels.generated.js';

/** A pointer into the back end's memory, in bytes. */
export type Pointer = number;

/** The functions of assembly/, whose files document them. */
interface KernelExports {
  addRows(rows: Pointer, indices: Pointer, count: number, columns: number, out: Pointer): void;
  gatherRows(table: Pointer, indices: Pointer, count: number, columns: number, out: Pointer): void;
  adam(count: number, ...argumentsOfAdam: number[]): void;
  dropoutRows(x: Pointer, rows: Pointer, count: number, columns: number, ...rest: number[]): void;
  multiply(m: number, n: number, k: number, ...operands: number[]): void;
  normalizeRows(x: Pointer, count: number, columns: number, epsilon: number, out: Pointer): void;
  normalizeRowsGradient(
    x: Pointer,
    dy: Pointer,
    count: number,
    columns: number,
    ...rest: number[]
  ): void;
  cosineRows(a: Pointer, b: Pointer, count: number, columns: number, ...rest: number[]): void;
  cosineRowsGradient(a: Pointer, b: Pointer, dy: Pointer, count: number, ...rest: number[]): void;
  selectTop(scores: Pointer, rows: number, columns: number, k: number, ...rest: Pointer[]): void;
  sparseMultiply(offsets: Pointer, indices: Pointer, values: Pointer, ...rest: number[]): void;
  scale(x: Pointer, count: number, s: number, out: Pointer): void;
  sumOfSquares(x: Pointer, count: number): number;
}

/** A block of the back end's memory that is not a tensor of the engine. */
interface Block {
  readonly pointer: Pointer;
  release(): void;
}

/** The project's kernels on one wasm back end's own memory. */
export interface WasmRuntime {
  readonly backend: BackendWasm;
  readonly kernels: KernelExports;
  /** Where a tensor's numbers lie. Valid until the tensor is disposed. */
  pointer(dataId: object): Pointer;
  /** Memory for `count` 4-byte numbers, not zeroed. */
  allocate(count: number): Block;
  /** A copy of some numbers in the back end's memory. */
  upload(values: Int32Array | Float32Array): Block;
  /** The matrix in the back end's memory: uploaded at first sight, freed when it is garbage collected. */
  csr(matrix: CsrMatrix): { offsets: Pointer; indices: Pointer; values: Pointer };
  /** The whole memory as numbers. Don't keep it: it is replaced when the memory grows. */
  floats(): Float32Array;
  /** Zeroes `count` 4-byte numbers. */
  clear(pointer: Pointer, count: number): void;
}

interface EmscriptenModule {
  readonly asm: { readonly memory: WebAssembly.Memory };
}

interface Uploaded {
  readonly offsets: Block;
  readonly indices: Block;
  readonly values: Block;
}

const runtimes = new WeakMap<object, WasmRuntime>();
let compiled: WebAssembly.Module | undefined;

/** The kernels for a wasm back end, instantiated once per back end. */
export function wasmRuntime(backend: BackendWasm): WasmRuntime {
  let runtime = runtimes.get(backend);
  if (!runtime) runtimes.set(backend, (runtime = createRuntime(backend)));
  return runtime;
}

function createRuntime(backend: BackendWasm): WasmRuntime {
  const { memory } = (backend.wasm as unknown as EmscriptenModule).asm;
  compiled ??= new WebAssembly.Module(decodeBase64(kernelsBase64));
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const pointer = (dataId: object) => backend.dataIdMap.get(dataId).memoryOffset;
  const allocate = (count: number): Block => {
    // The back end's own allocator; the block never becomes a tensor of the engine.
    const { dataId } = backend.makeOutput([Math.max(count, 1)], 'float32');
    return { pointer: pointer(dataId), release: () => void backend.disposeData(dataId, true) };
  };
  const upload = (values: Int32Array | Float32Array) => {
    const block = allocate(values.length);
    // A view made now: the memory's buffer is replaced when it grows.
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(memory.buffer, block.pointer, bytes.length).set(bytes);
    return block;
  };
  const matrices = new WeakMap<CsrMatrix, Uploaded>();
  const collected = new FinalizationRegistry<Uploaded>((uploaded) => {
    for (const block of Object.values(uploaded) as Block[]) block.release();
  });
  return {
    backend,
    kernels: instance.exports as unknown as KernelExports,
    pointer,
    allocate,
    upload,
    floats: () => new Float32Array(memory.buffer),
    clear: (start, count) => void new Uint8Array(memory.buffer, start, count * 4).fill(0),
    csr: (matrix) => {
      let uploaded = matrices.get(matrix);
      if (!uploaded) {
        const { offsets, indices, values } = matrix;
        uploaded = { offsets: upload(offsets), indices: upload(indices), values: upload(values) };
        matrices.set(matrix, uploaded);
        collected.register(matrix, uploaded);
      }
      return {
        offsets: uploaded.offsets.pointer,
        indices: uploaded.indices.pointer,
        values: uploaded.values.pointer,
      };
    },
  };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
