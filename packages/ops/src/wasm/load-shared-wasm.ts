import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { importSharedMemory } from './shared-memory.js';
import { nodeModules } from './node-modules.js';

/** TensorFlow.js's own WebAssembly module, as far as it is used here. */
export type EmscriptenModule = BackendWasm['wasm'] & {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
};

type Imports = Record<string, Record<string, unknown>>;
type Receive = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;
type Factory = (settings: {
  instantiateWasm(imports: Imports, receive: Receive): object;
}) => Promise<EmscriptenModule>;

/**
 * Loads TensorFlow.js's WebAssembly module on a memory that threads can share.
 *
 * TensorFlow.js's package brings a module with threads for browsers, which does not run in Node, and one without
 * threads, whose memory is its own. This loads the second with its memory made an import: its operations run
 * on one thread as ever, but the project's kernels work on the same memory with all.
 *
 * @returns The module, or undefined where there is no shared memory or this is not Node.
 */
export async function loadSharedWasm(): Promise<EmscriptenModule | undefined> {
  const node = nodeModules();
  if (!node || typeof SharedArrayBuffer === 'undefined') return undefined;
  const require = node.module.createRequire(import.meta.url);
  const file = (name: string) =>
    require.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm${name}`);
  const factory = require(file('.js')) as Factory;
  const { bytes, initialPages, maximumPages } = importSharedMemory(
    await node.fs.readFile(file('-simd.wasm')),
  );
  const compiled = await WebAssembly.compile(bytes);
  const memory = new WebAssembly.Memory({
    initial: initialPages,
    maximum: maximumPages,
    shared: true,
  });
  const keepListeners = listenersOf(['uncaughtException', 'unhandledRejection']);
  const module = await factory({
    instantiateWasm: (imports, receive) => {
      const env = { ...imports['env'], memory };
      receive(new WebAssembly.Instance(compiled, { ...imports, env } as never), compiled);
      return {};
    },
  });
  keepListeners();
  const { cwrap } = module as unknown as {
    cwrap(name: string, returns: string | null, args: string[]): never;
  };
  module.tfjs = {
    init: cwrap('init', null, []),
    initWithThreadsCount: cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: cwrap('get_threads_count', 'number', []),
    registerTensor: cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: cwrap('dispose_data', null, ['number']),
    dispose: cwrap('dispose', null, []),
  } as never;
  return module;
}

/**
 * Remembers the process's listeners of some events.
 *
 * @returns A function that removes those that have been added since. Emscripten's throw the error again, from a
 *   line of 30,000 characters that Node would then print.
 */
function listenersOf(events: readonly string[]): () => void {
  const before = events.map((event) => new Set(process.listeners(event as 'exit')));
  return () => {
    events.forEach((event, at) => {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before[at]!.has(listener)) process.removeListener(event, listener);
      }
    });
  };
}
