import { engine } from '@tensorflow/tfjs-core';

/** Packages of TensorFlow.js on libtensorflow, in the order in which they are tried. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** How the native package is loaded. */
export interface NativeOptions {
  /** Threads of one operation on the CPU; by default `TF_NUM_INTRAOP_THREADS`, else the machine's cores. */
  readonly threads?: number | undefined;
  /** Imports a package by name; tests replace it. */
  readonly load?: (name: string) => Promise<unknown>;
}

/**
 * Loads TensorFlow.js's native package, which starts libtensorflow. Later calls find it loaded: threads and
 * messages are settled by the first.
 *
 * @returns The package's name.
 * @throws {Error} If it can't be loaded: whether it is not installed or does not work, and what to do.
 */
export async function loadNative({
  threads,
  load = (name) => import(/* @vite-ignore */ name),
}: NativeOptions = {}): Promise<string> {
  if (typeof process === 'undefined' || !('getBuiltinModule' in process)) {
    throw new Error(`back end 'tensorflow' needs Node.js.`);
  }
  prepareNode();
  prepareLibrary(threads);
  const failures: Failure[] = [];
  for (const name of packages) {
    try {
      await load(name);
      return name;
    } catch (error) {
      failures.push(describeFailure(name, error as Error));
    }
  }
  const broken = failures.filter(({ installed }) => installed);
  const told = broken.length > 0 ? broken : failures;
  const remedy = broken[0] ? `npm rebuild ${broken[0].name}` : `npm install ${packages[0]}`;
  throw new Error(
    `back end 'tensorflow' can't be loaded: ${told.map(({ reason }) => reason).join('; ')}. ` +
      `Install it with: ${remedy} (in the repository of mmrec: pnpm native)`,
  );
}

/** What the native back end in use computes on. */
export function nativeDevice(): 'cpu' | 'gpu' {
  return (engine().backend as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice
    ? 'gpu'
    : 'cpu';
}

/** The package calls two functions that Node.js removed in version 23 and that warn in version 22. */
function prepareNode(): void {
  const util = process.getBuiltinModule('node:util') as unknown as Record<
    string,
    ((value: unknown) => boolean) | undefined
  >;
  util['isNullOrUndefined'] ??= (value) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  // Each warns at its first call only, which is this one: the warning is of no use to a user.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  util['isNullOrUndefined'](undefined);
  util['isArray'](undefined);
  process.emitWarning = emitWarning;
}

/** Read by libtensorflow when it starts. */
function prepareLibrary(threads: number | undefined): void {
  // Errors only: it would introduce itself and its processor.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
}

interface Failure {
  readonly name: string;
  readonly installed: boolean;
  readonly reason: string;
}

function describeFailure(name: string, error: Error): Failure {
  const message = error.message.split('\n')[0]!.trim();
  // Node's wording, and that of bundlers; a missing dependency of the package names another one.
  const named = [`'${name}'`, `"${name}"`].some((quoted) => message.includes(quoted));
  if (/^(Cannot find|Could not resolve)/.test(message) && named) {
    return { name, installed: false, reason: `${name} is not installed` };
  }
  const problem = message.includes('tfjs_binding.node) can not be found')
    ? 'its native library is missing'
    : `its native library can't be loaded: ${message}`;
  return { name, installed: true, reason: `${name} is installed, but ${problem}` };
}
