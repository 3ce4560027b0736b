import { suggestion } from '@mmrec/core';
import { env, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import { accelerateNative, accelerateWasm } from './accelerate.js';
import { loadNative, nativeDevice } from './load-native.js';
import { tensorMemory, useKernelsBesideNative } from './tensor-memory.js';
import { loadWasm } from './wasm/load-wasm.js';
import { availableThreads } from './wasm/available-threads.js';

/** Names of the back ends, the fastest first. */
export const backendNames = ['tensorflow', 'wasm', 'cpu'] as const;

/** A back end that TensorFlow.js computes on. */
export type BackendName = (typeof backendNames)[number];

/** The back end in use and where it comes from. */
export interface BackendInfo {
  readonly name: BackendName;
  /** The package that provides it. */
  readonly package: string;
  readonly version: string;
  /** What it computes on: `gpu` only on `tensorflow`, where CUDA is found. */
  readonly device: 'cpu' | 'gpu';
  /** Back ends that `auto` tried before this one, and why they can't be used. */
  readonly skipped: readonly { readonly name: BackendName; readonly reason: string }[];
}

/** Options of {@link useBackend}. */
export interface BackendOptions {
  /** Threads to compute on, ≥ 1; by default the machine's cores. The results don't depend on them. */
  readonly threads?: number | undefined;
  /**
   * What `tensorflow` computes the project's operations with on the CPU. `auto` (the default): WebAssembly
   * kernels beside libtensorflow, measured faster than its own. `native`: libtensorflow's own operations, as on
   * a GPU, where this option changes nothing.
   */
  readonly kernels?: 'auto' | 'native' | undefined;
}

/**
 * Loads a back end, makes it TensorFlow.js's current one and loads TensorFlow.js's gradients.
 *
 * `auto` takes the first that loads of `tensorflow` (native, an optional package), `wasm` and `cpu`.
 *
 * @throws {RangeError} If there is no back end of that name.
 * @throws {Error} If the back end asked for by name can't be loaded: why, and the command that installs it.
 * @example
 * ```ts
 * (await useBackend('cpu')).name // => 'cpu'
 * ```
 */
export async function useBackend(
  name: BackendName | 'auto' = 'auto',
  { threads, kernels = 'auto' }: BackendOptions = {},
): Promise<BackendInfo> {
  const names = ['auto', ...backendNames];
  if (!names.includes(name)) {
    const hint = suggestion(name, names);
    throw new RangeError(
      `useBackend: back end must be one of ${names.join(', ')}, got '${name as string}'.${hint}`,
    );
  }
  // The core package alone registers no gradients; this one does.
  await import('@tensorflow/tfjs');
  // Without this the cpu back end advertises the native one on every first use.
  env().set('PROD', true);
  const skipped: { name: BackendName; reason: string }[] = [];
  for (const candidate of name === 'auto' ? backendNames : [name]) {
    try {
      const provider = await loaders[candidate](threads);
      await activate(candidate, kernels);
      await tensorMemory()?.runtime.setThreads(threads ?? availableThreads());
      const device = candidate === 'tensorflow' ? nativeDevice() : 'cpu';
      return { name: candidate, package: provider, version: version_core, device, skipped };
    } catch (error) {
      const reason = (error as Error).message;
      if (name !== 'auto') throw new Error(`useBackend: ${reason}`, { cause: error });
      skipped.push({ name: candidate, reason });
    }
  }
  throw new Error(
    `useBackend: no back end could be loaded: ${skipped.map(({ reason }) => reason).join(' ')}`,
  );
}

const loaders: Record<BackendName, (threads?: number) => Promise<string>> = {
  tensorflow: (threads) => loadNative({ threads }),
  wasm: async () => {
    await loadWasm();
    return '@tensorflow/tfjs-backend-wasm';
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    return '@tensorflow/tfjs-backend-cpu';
  },
};

async function activate(name: BackendName, kernels: 'auto' | 'native'): Promise<void> {
  if (!(await setBackend(name))) throw new Error(`back end '${name}' failed to start.`);
  await ready();
  if (name === 'wasm') accelerateWasm();
  if (name === 'tensorflow' && (await useKernelsBesideNative(kernels))) accelerateNative();
}
