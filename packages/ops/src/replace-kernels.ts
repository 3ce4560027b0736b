import {
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** What TensorFlow.js calls a kernel with. */
export type Call = Parameters<KernelFunc>[0];

/** A kernel of ours, with the one that it replaces. */
export type Replacement = (call: Call, original?: KernelFunc) => TensorInfo | TensorInfo[];

/** A call's attributes as what the kernel's own are. */
export const attributesOf = <T>(attributes?: NamedAttrMap) => attributes as unknown as T;

/** Replacements that a kernel of ours goes through. */
const chains = new WeakMap<KernelConfig, ReadonlySet<Replacement>>();

/**
 * Replaces kernels of a back end of TensorFlow.js, each with access to the one it replaces. A replacement that
 * is in place already is not made again; nothing happens before the back end's own kernels are registered.
 */
export function replaceKernels(
  backendName: string,
  replacements: Readonly<Record<string, Replacement>>,
): void {
  // A kernel that every back end has.
  if (!getKernelIfAny('Add', backendName)) return;
  for (const [kernelName, kernelFunc] of Object.entries(replacements)) {
    const original = getKernelIfAny(kernelName, backendName);
    const chain = (original && chains.get(original)) ?? new Set<Replacement>();
    if (chain.has(kernelFunc)) continue;
    if (original) unregisterKernel(kernelName, backendName);
    const config: KernelConfig = {
      ...original,
      kernelName,
      backendName,
      kernelFunc: (call) => kernelFunc(call, original?.kernelFunc),
    };
    registerKernel(config);
    chains.set(config, new Set([...chain, kernelFunc]));
  }
}

/** The engine's typings say that every kernel exists. */
function getKernelIfAny(kernelName: string, backendName: string): KernelConfig | undefined {
  return getKernel(kernelName, backendName) as KernelConfig | undefined;
}
