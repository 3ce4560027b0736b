import type { FeatureMatrix } from '@mmrec/core';
import { lengthOf, type CatalogueContent } from './catalogue-content.js';
import type { ContentEncoder } from './create-content-encoder.js';
import { packViews } from './pack-views.js';

/** Items encoded at a time. */
const atOnce = 128;

/**
 * The unified features of all items: their [CLS] states, nothing masked, less the mean over the items, which tells
 * nothing about any of them and would make all cosines alike.
 *
 * An item that lacks a modality is encoded without it. One that lacks both has a row of zeros, and is `missing`.
 *
 * @returns `[numItems, width]`.
 */
export function encodeItems(encoder: ContentEncoder, content: CatalogueContent): FeatureMatrix {
  const { numItems, images, texts } = content;
  const { width } = encoder;
  const missing = new Uint8Array(numItems);
  for (let item = 0; item < numItems; item++) {
    if (images.missing[item] === 1 && lengthOf(texts, item) === 0) missing[item] = 1;
  }
  const data = new Float32Array(numItems * width);
  for (let start = 0; start < numItems; start += atOnce) {
    const length = Math.min(atOnce, numItems - start);
    const views = Array.from({ length }, (_, at) => ({ item: start + at }));
    const states = encoder.encode(packViews(content, views));
    data.set(states.dataSync(), start * width);
    states.dispose();
  }
  center(data, width, missing);
  const complete = missing.every((flag) => flag === 0);
  return { rows: numItems, columns: width, data, ...(!complete && { missing }) };
}

/** Subtracts the mean of the rows that are there, and clears the others. */
function center(data: Float32Array, width: number, missing: Uint8Array): void {
  const means = new Float64Array(width);
  const present = missing.reduce((count, flag) => count + 1 - flag, 0);
  data.forEach((value, at) => {
    if (missing[Math.floor(at / width)] === 0) means[at % width]! += value / present;
  });
  data.forEach((value, at) => {
    data[at] = missing[Math.floor(at / width)] === 1 ? 0 : value - means[at % width]!;
  });
}
