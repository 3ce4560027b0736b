import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  engine,
  getKernelsForBackend,
  registerBackend,
  removeBackend,
} from '@tensorflow/tfjs-core';
import { loadSharedWasm, type EmscriptenModule } from './load-shared-wasm.js';

let shared: Promise<EmscriptenModule | undefined> | undefined;
let started: BackendWasm | undefined;

/** TensorFlow.js's WebAssembly module on shared memory, loaded once; undefined where that isn't possible. */
function sharedWasm(): Promise<EmscriptenModule | undefined> {
  return (shared ??= loadSharedWasm());
}

/**
 * Loads TensorFlow.js's wasm back end and has it start on shared memory where that is possible. A back end that
 * is already running stays as it is, on one thread.
 */
export async function loadWasm(): Promise<void> {
  const { BackendWasm } = await import('@tensorflow/tfjs-backend-wasm');
  if ('wasm' in engine().registry) return;
  const module = await sharedWasm();
  if (!module) return;
  removeBackend('wasm');
  // One instance a module: it numbers the module's tensors.
  registerBackend('wasm', () => (started ??= new BackendWasm(module)), 2);
}

/** The wasm back end on shared memory, and its module. */
export interface SharedWasm {
  readonly module: EmscriptenModule;
  /** Absent where another instance is running: TensorFlow.js's kernels of this back end work on one only. */
  readonly backend: BackendWasm | undefined;
}

/**
 * The wasm back end on shared memory, ready to compute for another back end; undefined where there is no
 * shared memory.
 */
export async function sharedWasmBackend(): Promise<SharedWasm | undefined> {
  await loadWasm();
  const module = await sharedWasm();
  if (!module) return undefined;
  const running = (engine().registry as Record<string, unknown>)['wasm'];
  if (running && running !== started) return { module, backend: undefined };
  if (!started) {
    const { BackendWasm } = await import('@tensorflow/tfjs-backend-wasm');
    started = new BackendWasm(module);
    // What TensorFlow.js does when a back end is chosen.
    for (const { setupFunc } of getKernelsForBackend('wasm')) setupFunc?.(started);
  }
  return { module, backend: started };
}
