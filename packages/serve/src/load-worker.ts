import { parentPort, workerData } from 'node:worker_threads';
import { useBackend } from '@mmrec/ops';
import type { LoadOrder, LoadResult } from './load-run-apart.js';
import { saveGraphs } from './load-run.js';
import { readServingModel } from './model/read-serving-model.js';

// The thread of `loadRunApart`: reads a run, builds its index, and hands both over.

const { folder, scratch, options } = workerData as LoadOrder;
try {
  await useBackend('wasm', { threads: 1 });
  const model = await readServingModel(folder, { data: options.data });
  const graphs = options.index === 'hnsw' ? saveGraphs(model, options, scratch) : undefined;
  answer({ model, graphs });
} catch (error) {
  answer({ problem: (error as Error).message });
}

function answer(result: LoadResult): void {
  parentPort!.postMessage(result, [...ownBuffers(result)]);
}

/** Buffers of arrays that have one to themselves, which change hands without being copied. */
function ownBuffers(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.add(buffer);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // Arrays here are ids and details: nothing to look for.
    for (const each of Object.values(value)) ownBuffers(each, found);
  }
  return found;
}
