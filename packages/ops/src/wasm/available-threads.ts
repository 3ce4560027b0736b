import { nodeModules } from './node-modules.js';

/** Threads that this process may use: the cores that the system gives it. */
export function availableThreads(): number {
  return nodeModules()?.os.availableParallelism() ?? navigator.hardwareConcurrency;
}
