import type { RandomStream, Rng } from '@mmrec/core';
import { categories, styles, topics } from './word-lists.js';

/** What the items of a synthetic catalogue are like; interactions and features both follow from it. */
export interface ItemFactors {
  readonly numItems: number;
  /** Category of each item. */
  readonly categories: Int32Array;
  /** Leading style of each item. */
  readonly styles: Int32Array;
  /** Leading topic of each item. */
  readonly topics: Int32Array;
  /** How much of each style an item has, `[numItems, styles]`. */
  readonly styleVectors: Float32Array;
  /** How much of each topic an item serves, `[numItems, topics]`. */
  readonly topicVectors: Float32Array;
  /** Logarithm of an item's general appeal: falls with the logarithm of its rank (Zipf). */
  readonly appeal: Float32Array;
}

/** Spread of an item around its leading style or topic. */
const spread = 0.2;
/** Exponent of the Zipf law that general appeal follows. */
const zipfExponent = 0.4;

/** Draws the items: category, style, topic and appeal, independent of each other. */
export function drawItemFactors(numItems: number, rng: Rng): ItemFactors {
  const leading = (name: string, count: number) => {
    const stream = rng.stream(name);
    return Int32Array.from({ length: numItems }, () => stream.integer(count));
  };
  const itemStyles = leading('style', styles.length);
  const itemTopics = leading('topic', topics.length);
  return {
    numItems,
    categories: leading('category', categories.length),
    styles: itemStyles,
    topics: itemTopics,
    styleVectors: scatter(itemStyles, styles.length, rng.stream('style-vectors')),
    topicVectors: scatter(itemTopics, topics.length, rng.stream('topic-vectors')),
    appeal: drawAppeal(numItems, rng.stream('appeal')),
  };
}

/** One row for each item: 1 at its leading factor, plus normal noise everywhere. */
function scatter(leading: Int32Array, count: number, stream: RandomStream): Float32Array {
  const vectors = new Float32Array(leading.length * count);
  for (let at = 0; at < vectors.length; at++) vectors[at] = spread * stream.normal();
  leading.forEach((factor, item) => (vectors[item * count + factor]! += 1));
  return vectors;
}

function drawAppeal(numItems: number, stream: RandomStream): Float32Array {
  const ranks = stream.shuffle(Int32Array.from({ length: numItems }, (_, rank) => rank));
  return Float32Array.from(ranks, (rank) => -zipfExponent * Math.log(1 + rank));
}
