import { engine } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { wasmTensorMemory, type TensorMemory } from './wasm/tensor-memory.js';

/** The kernels' memory for the back end in use; undefined where the plain TypeScript kernels serve. */
export function tensorMemory(): TensorMemory | undefined {
  const { backendName, backend } = engine();
  return backendName === 'wasm' ? wasmTensorMemory(backend as BackendWasm) : undefined;
}
