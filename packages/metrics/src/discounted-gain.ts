import type { HitList } from './hit-list.js';

/** Discounted gain of the hits among the first k places. */
export function discountedGain({ hits }: HitList, k: number): number {
  let gain = 0;
  for (let at = 0; at < Math.min(k, hits.length); at++) {
    if (hits[at] === 1) gain += 1 / Math.log2(at + 2);
  }
  return gain;
}

/** Discounted gain of a list that begins with so many hits. */
export function idealGain(numHits: number): number {
  let gain = 0;
  for (let at = 0; at < numHits; at++) gain += 1 / Math.log2(at + 2);
  return gain;
}
