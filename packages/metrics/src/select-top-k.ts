import { checkCutoff } from './hit-list.js';

/** The best so far: a binary heap whose root is the worst of them. */
interface Heap {
  readonly scores: Float32Array;
  readonly items: Int32Array;
  size: number;
}

/**
 * Indices of the k highest scores, highest first; of equal scores the lower index first.
 *
 * One pass with a heap of k entries: O(n + m log k), where m, the number of times that a score
 * enters the heap, is about k ln(n/k) for scores in random order.
 *
 * @param scores - `[items]`; NaN marks an item that is not to be ranked.
 * @param k - An integer ≥ 1.
 * @returns `[k]`, padded with −1 where fewer than k scores are numbers.
 * @throws {RangeError} If k is not a positive integer.
 * @example
 * ```ts
 * selectTopK(new Float32Array([0.5, NaN, 0.9, 0.5]), 4) // => [2, 0, 3, -1]
 * ```
 */
export function selectTopK(scores: Float32Array, k: number): Int32Array {
  checkCutoff('selectTopK', k);
  const capacity = Math.min(k, scores.length);
  const heap = { scores: new Float32Array(capacity), items: new Int32Array(capacity), size: 0 };
  let at = fill(heap, scores);
  if (heap.size > 0) {
    let worst = heap.scores[0]!;
    // Later indices lose ties, so only a strictly higher score enters. NaN never does.
    for (; at < scores.length; at++) {
      if (!(scores[at]! > worst)) continue;
      place(heap, 0, { score: scores[at]!, item: at });
      worst = heap.scores[0]!;
    }
  }
  return drain(heap, new Int32Array(k).fill(-1));
}

/** Takes numbers in order until the heap is full; returns the index to go on from. */
function fill(heap: Heap, scores: Float32Array): number {
  const capacity = heap.scores.length;
  let at = 0;
  for (; at < scores.length && heap.size < capacity; at++) {
    const score = scores[at]!;
    if (Number.isNaN(score)) continue;
    heap.scores[heap.size] = score;
    heap.items[heap.size] = at;
    heap.size++;
  }
  for (let node = (heap.size >> 1) - 1; node >= 0; node--) {
    place(heap, node, { score: heap.scores[node]!, item: heap.items[node]! });
  }
  return at;
}

/** Empties the heap into the first places of `out`, best first. */
function drain(heap: Heap, out: Int32Array): Int32Array {
  while (heap.size > 0) {
    const last = --heap.size;
    out[last] = heap.items[0]!;
    if (last > 0) place(heap, 0, { score: heap.scores[last]!, item: heap.items[last]! });
  }
  return out;
}

/** Puts an entry in place of a node and moves it down to where it belongs. */
function place(heap: Heap, start: number, { score, item }: { score: number; item: number }): void {
  const { scores, items, size } = heap;
  let node = start;
  for (;;) {
    let child = 2 * node + 1;
    if (child >= size) break;
    if (child + 1 < size && isWorse(heap, child + 1, child)) child++;
    const childIsWorse =
      scores[child]! < score || (scores[child] === score && items[child]! > item);
    if (!childIsWorse) break;
    scores[node] = scores[child]!;
    items[node] = items[child]!;
    node = child;
  }
  scores[node] = score;
  items[node] = item;
}

function isWorse({ scores, items }: Heap, a: number, b: number): boolean {
  return scores[a]! < scores[b]! || (scores[a] === scores[b] && items[a]! > items[b]!);
}
