import type { FeatureMatrix } from '@mmrec/core';

/** Words that a text's features count. */
const numWords = 256;

/**
 * Texts as TF-IDF weights of their words, the most frequent 256: what can be had without any model.
 *
 * $$x_{iw} = n_{iw} \ln \frac{N}{N_w}$$
 *
 * @returns `[texts, ≤ 256]`.
 */
export function weighWords(texts: readonly string[]): FeatureMatrix {
  const words = texts.map((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const documents = new Map<string, number>();
  for (const list of words) {
    for (const word of new Set(list)) documents.set(word, (documents.get(word) ?? 0) + 1);
  }
  const kept = [...documents]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, numWords);
  const columnOf = new Map(kept.map(([word], column) => [word, column]));
  const weights = kept.map(([, count]) => Math.log(texts.length / count));
  const data = new Float32Array(texts.length * kept.length);
  words.forEach((list, row) => {
    for (const word of list) {
      const column = columnOf.get(word);
      if (column !== undefined) data[row * kept.length + column]! += weights[column]!;
    }
  });
  return { rows: texts.length, columns: kept.length, data };
}

/** Pictures as the red, green and blue of their pixels, shrunk to 8 × 8: `[pictures, 192]`. */
export function listPixels(thumbnails: readonly Uint8Array[]): FeatureMatrix {
  const columns = thumbnails[0]!.length;
  const data = new Float32Array(thumbnails.length * columns);
  thumbnails.forEach((pixels, row) => {
    pixels.forEach((value, column) => {
      data[row * columns + column] = value / 127.5 - 1;
    });
  });
  return { rows: thumbnails.length, columns, data };
}
