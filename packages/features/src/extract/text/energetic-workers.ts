import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Threads that encode texts. */
export interface TextWorkers {
  readonly count: number;
  /** Vectors of some texts, one after the other, shared out among the threads. */
  encode(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Modules that a thread loads, by their files. */
export interface EncoderModules {
  readonly embeddings: string;
  readonly weights: string;
}

interface Reply {
  readonly vectors?: Float32Array;
  readonly error?: string;
}

/**
 * What a thread runs. The encoder brings a TensorFlow.js of its own, which in a thread of its own can't meet the
 * application's.
 */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { initModel } = require(workerData.embeddings);
const { modelSource } = require(workerData.weights);
const loaded = initModel(modelSource);
parentPort.on('message', async (texts) => {
  try {
    const model = await loaded;
    parentPort.postMessage({ vectors: Float32Array.from((await model.embed(texts)).flat()) });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) });
  }
});
`;

/** More threads would each hold a copy of the weights, about 100 MB with all that belongs to it. */
const mostThreads = 8;

/**
 * Starts threads that encode texts, one a core. They start when they are first needed, so that a few texts don't wait
 * for all of them, and don't keep the program running.
 */
export function startTextWorkers(modules: EncoderModules, threads?: number): TextWorkers {
  const count = Math.min(mostThreads, threads ?? availableParallelism());
  const workers: Worker[] = [];
  const workerAt = (at: number): Worker => {
    const worker = (workers[at] ??= new Worker(program, { eval: true, workerData: modules }));
    worker.unref();
    return worker;
  };
  return {
    count,
    async encode(texts) {
      const share = Math.ceil(texts.length / count);
      const parts = Array.from({ length: Math.ceil(texts.length / share) }, (_, at) =>
        ask(workerAt(at), texts.slice(at * share, (at + 1) * share)),
      );
      const vectors = await Promise.all(parts);
      const all = new Float32Array(vectors.reduce((sum, part) => sum + part.length, 0));
      let start = 0;
      for (const part of vectors) {
        all.set(part, start);
        start += part.length;
      }
      return all;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** One request at a time is with a thread, so the next message is its reply. */
function ask(worker: Worker, texts: readonly string[]): Promise<Float32Array> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      worker.off('message', receive).off('error', fail);
      worker.unref();
    };
    const receive = ({ vectors, error }: Reply) => {
      finish();
      if (vectors) resolve(vectors);
      else reject(new Error(`the text encoder energetic failed: ${error}`));
    };
    const fail = (error: Error) => {
      finish();
      reject(error);
    };
    worker.on('message', receive).on('error', fail);
    // A waiting request keeps the program running, an idle thread doesn't.
    worker.ref();
    worker.postMessage(texts);
  });
}
