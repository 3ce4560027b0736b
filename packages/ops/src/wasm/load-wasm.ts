import { engine, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { loadSharedWasm, type EmscriptenModule } from './load-shared-wasm.js';

let shared: Promise<EmscriptenModule | undefined> | undefined;

/** TensorFlow.js's WebAssembly module on shared memory, loaded once; undefined where that isn't possible. */
export function sharedWasm(): Promise<EmscriptenModule | undefined> {
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
  registerBackend('wasm', () => new BackendWasm(module), 2);
}
