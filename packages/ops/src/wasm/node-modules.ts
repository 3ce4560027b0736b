/**
 * Node's own modules, without an import that a bundler for browsers would trip over.
 *
 * @returns Undefined where this is not Node.
 */
export function nodeModules() {
  if (typeof process === 'undefined' || !('getBuiltinModule' in process)) return undefined;
  return {
    fs: process.getBuiltinModule('node:fs/promises'),
    module: process.getBuiltinModule('node:module'),
    os: process.getBuiltinModule('node:os'),
    workerThreads: process.getBuiltinModule('node:worker_threads'),
  };
}
