import { nodeModules } from './node-modules.js';

/** Numbers that a kernel is called with. */
export type KernelArguments = readonly number[];

/** Runs calls of one kernel on every core. */
export interface ThreadPool {
  /** Threads that take part, this one included. */
  readonly threads: number;
  /**
   * Calls the kernel once with each set of arguments, in any order and at the same time, and returns when all
   * have returned. The calls must not write what another one reads or writes.
   */
  run(kernel: string, calls: readonly KernelArguments[]): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** What the threads share. */
export interface PoolInputs {
  /** Compiled kernels that import `env.memory`. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The same kernels, instantiated for this thread. */
  readonly kernels: Readonly<Record<string, (...args: number[]) => void>>;
  /** Threads besides this one, ≥ 1. */
  readonly helpers: number;
  /** Scratch memory of each helper, `[helpers]` pointers. */
  readonly scratch: readonly number[];
}

/** Calls of a job and arguments of a call at most; more calls are several jobs. */
const maxCalls = 255;
const maxArguments = 24;

/** Milliseconds that a thread looks for work before it sleeps: sleep and wake-up take some 0.1 to 0.5. */
const patience = 0.5;

/** Words of the control block. */
const words = { job: 0, done: 1, kernel: 2, arity: 3, failed: 4, asleep: 5, waiting: 6 } as const;

/**
 * Starts threads on the same memory. After {@link patience} without work they sleep; they don't keep the process
 * alive.
 *
 * The word `job` holds the job's number (upper 24 bits) and the calls that nobody has taken yet (lower 8).
 * Whoever takes one counts it down by compare-and-swap, so that a thread that wakes late finds nothing left
 * and can't read what the next job overwrites.
 */
export function createThreadPool(inputs: PoolInputs): ThreadPool {
  const { module, memory, kernels, helpers, scratch } = inputs;
  const { Worker } = nodeModules()!.workerThreads;
  const control = new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length));
  const args = new Float64Array(new SharedArrayBuffer(8 * maxCalls * maxArguments));
  const names = Object.keys(kernels);
  const workers = Array.from({ length: helpers }, (_, index) => {
    const shared = { module, memory, control, args, names, words, maxArguments, patience };
    const workerData = { ...shared, scratch: scratch[index] };
    // The function's source: a bundle needs no file for the thread.
    const worker = new Worker(
      `(${helperThread.toString()})(require('node:worker_threads').workerData)`,
      {
        eval: true,
        workerData,
        // No loaders or flags of the main thread: they cost time and are not needed.
        execArgv: [],
      },
    );
    worker.unref();
    return worker;
  });
  let job = 0;

  function takeCalls(name: string, arity: number): void {
    for (;;) {
      const before = Atomics.load(control, words.job);
      const left = before & 255;
      if (left === 0) return;
      if (Atomics.compareExchange(control, words.job, before, before - 1) !== before) continue;
      const start = (left - 1) * maxArguments;
      try {
        kernels[name]!(...args.subarray(start, start + arity));
      } catch {
        // Told when the others have finished: the next job would overwrite what they read.
        Atomics.store(control, words.failed, 1);
      }
      Atomics.add(control, words.done, 1);
    }
  }

  function run(name: string, calls: readonly KernelArguments[]): void {
    for (let first = 0; first < calls.length; first += maxCalls) {
      runJob(name, calls.slice(first, first + maxCalls));
    }
  }

  function runJob(name: string, calls: readonly KernelArguments[]): void {
    if (calls.length === 1) {
      kernels[name]!(...calls[0]!);
      return;
    }
    const arity = calls[0]!.length;
    calls.forEach((call, at) => args.set(call, at * maxArguments));
    control[words.kernel] = names.indexOf(name);
    control[words.arity] = arity;
    control[words.failed] = 0;
    Atomics.store(control, words.done, 0);
    job = (job + 1) & 0xffffff;
    Atomics.store(control, words.job, (job << 8) | calls.length);
    // Waking a thread takes longer than many a job: those that still look for work need no call.
    if (Atomics.load(control, words.asleep) > 0) Atomics.notify(control, words.job);
    takeCalls(name, arity);
    waitFor(control, calls.length);
    if (control[words.failed]) throw new Error(`thread pool: kernel '${name}' failed.`);
  }

  return {
    threads: helpers + 1,
    run,
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

/** Waits until so many calls are done: awake for the time that a wake-up would take, then asleep. */
function waitFor(control: Int32Array, calls: number): void {
  for (let turn = 0; Atomics.load(control, words.done) !== calls; turn++) {
    if (turn < 20_000) continue;
    Atomics.store(control, words.waiting, 1);
    const seen = Atomics.load(control, words.done);
    if (seen !== calls) Atomics.wait(control, words.done, seen, 1000);
    Atomics.store(control, words.waiting, 0);
  }
}

interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly args: Float64Array;
  readonly names: readonly string[];
  readonly words: Readonly<Record<string, number>>;
  readonly scratch: number;
  readonly maxArguments: number;
  /** Milliseconds that a thread looks for work before it sleeps. */
  readonly patience: number;
}

/** What a helper thread does. Its source is all that the thread gets: it refers to nothing outside itself. */
function helperThread(data: HelperData): void {
  const { module, memory, control, args, names } = data;
  const at = data.words as Record<keyof typeof words, number>;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = exports as Record<string, (...values: number[]) => void>;
  kernels['useScratch']!(data.scratch);
  for (;;) {
    const before = Atomics.load(control, at.job);
    const left = before & 255;
    if (left === 0) {
      // Awake for as long as the main thread needs between two jobs of a training step, then asleep.
      const end = performance.now() + data.patience;
      let turn = 0;
      while (Atomics.load(control, at.job) === before) {
        if (++turn % 256 !== 0 || performance.now() < end) continue;
        Atomics.add(control, at.asleep, 1);
        Atomics.wait(control, at.job, before);
        Atomics.sub(control, at.asleep, 1);
        break;
      }
      continue;
    }
    if (Atomics.compareExchange(control, at.job, before, before - 1) !== before) continue;
    const start = (left - 1) * data.maxArguments;
    try {
      kernels[names[control[at.kernel]!]!]!(...args.subarray(start, start + control[at.arity]!));
    } catch {
      Atomics.store(control, at.failed, 1);
    }
    Atomics.add(control, at.done, 1);
    if (Atomics.load(control, at.waiting)) Atomics.notify(control, at.done);
  }
}
