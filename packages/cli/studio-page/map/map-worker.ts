import { UMAP } from 'umap-js';
import { createLayoutCache } from './layout-cache.js';
import type { LayoutProgress } from './layout-messages.js';
import type { RunMap } from './map-format.js';

/** Milliseconds between two reports. */
const reportEvery = 60;
/** Width of the start: UMAP's own starts are about as wide. */
const startWidth = 20;

/** The part of a worker's scope that is used; the types of pages have another one. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<RunMap>) => void) | null;
  postMessage(message: LayoutProgress): void;
}
const scope = globalThis as unknown as WorkerScope;

const cache = createLayoutCache();

/** Is asked where the items of a map lie. */
scope.onmessage = ({ data: map }) => {
  void answer(map);
};

/** As they lay before, or as they come to lie now. */
async function answer(map: RunMap): Promise<void> {
  const known = await cache.find(map);
  const positions = known ?? layOut(map);
  if (!known) await cache.keep(map, positions);
  // The page ends this worker once all epochs are done.
  scope.postMessage({ epoch: 1, epochs: 1, positions });
}

/**
 * Lays items out by UMAP: of their exact nearest items, from their principal components, so that what is near stays
 * near and the whole lies as the components have it. The same map gives the same layout.
 */
function layOut(map: RunMap): Float32Array {
  const umap = createUmap(map);
  // Only the number of rows is asked for: the neighbours are known.
  const rows = Array.from({ length: map.numItems }, () => [0]);
  const epochs = umap.initializeFit(rows);
  startAt(umap.getEmbedding(), map.positions);
  const positions = () => Float32Array.from(umap.getEmbedding().flat());
  let last = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    const now = performance.now();
    if (epoch === epochs || now - last < reportEvery) continue;
    last = now;
    scope.postMessage({ epoch, epochs, positions: positions() });
  }
  return positions();
}

function createUmap({ numItems, numNeighbors: k, neighbors, distances }: RunMap): UMAP {
  const umap = new UMAP({ nNeighbors: k, minDist: 0.15, random: createRandom() });
  const lists = <T extends Int32Array | Float32Array>(values: T): number[][] =>
    Array.from({ length: numItems }, (_, item) => [...values.subarray(item * k, (item + 1) * k)]);
  umap.setPrecomputedKNN(lists(neighbors), lists(distances));
  return umap;
}

/** Moves the rows, which UMAP goes on with, to the components, stretched to a usual width. */
function startAt(embedding: number[][], positions: Float32Array): void {
  let most = 0;
  for (const value of positions) most = Math.max(most, Math.abs(value));
  const scale = startWidth / 2 / (most || 1);
  embedding.forEach((row, item) => {
    row[0] = positions[2 * item]! * scale;
    row[1] = positions[2 * item + 1]! * scale;
  });
}

/** Mulberry32, with a fixed seed. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
