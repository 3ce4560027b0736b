import { nodeModule } from './thread-pool.js';

/** Threads that this process may use: the cores that the system gives it. */
export async function availableThreads(): Promise<number> {
  if (!globalThis.process?.versions?.node) return globalThis.navigator?.hardwareConcurrency ?? 1;
  const { availableParallelism } = (await import(
    /* @vite-ignore */ nodeModule('os')
  )) as typeof import('node:os');
  return availableParallelism();
}
