import { engine } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf } from './wasm/heap.js';
import { sharedWasmBackend } from './wasm/load-wasm.js';
import { createNativeTensorMemory, type NativeTensorMemory } from './wasm/native-tensor-memory.js';
import type { NodeBackend } from './wasm/node-backend.js';
import { kernelRuntime } from './wasm/runtime.js';
import { wasmTensorMemory, type TensorMemory } from './wasm/tensor-memory.js';

let native: { readonly backend: object; readonly memory: NativeTensorMemory } | undefined;
let besideNative = false;

/**
 * The kernels' memory for the back end in use; undefined where its own operations (libtensorflow on a GPU) or
 * the plain TypeScript kernels (`cpu`) serve.
 */
export function tensorMemory(): TensorMemory | undefined {
  const { backendName, backend } = engine();
  if (backendName === 'wasm') return wasmTensorMemory(backend as BackendWasm);
  return backendName === 'tensorflow' ? nativeTensorMemory() : undefined;
}

/** The kernels' memory beside libtensorflow, if they work there now. */
export function nativeTensorMemory(): NativeTensorMemory | undefined {
  return besideNative && engine().backend === native?.backend ? native.memory : undefined;
}

/** Whether a back end is in use that the WebAssembly kernels work on; none is started to find out. */
export function hasKernels(): boolean {
  // Undefined, whatever the typings say, as long as nothing has chosen a back end.
  const name = engine().backendName as string | undefined;
  return name !== undefined && tensorMemory() !== undefined;
}

/**
 * Has the WebAssembly kernels work beside libtensorflow on the CPU, where they were measured faster than its
 * own sparse products, lookups and optimiser steps. On a GPU everything stays there.
 *
 * @returns Whether they do.
 */
export async function useKernelsBesideNative(kernels: 'auto' | 'native'): Promise<boolean> {
  const backend = engine().backend as unknown as NodeBackend;
  besideNative = kernels === 'auto' && !backend.isUsingGpuDevice;
  if (!besideNative) return false;
  if (backend === native?.backend) return true;
  const wasm = await sharedWasmBackend();
  if (!wasm) return false;
  const runtime = kernelRuntime(heapOf(wasm.module));
  native = { backend, memory: createNativeTensorMemory(backend, runtime, wasm.backend) };
  return true;
}
