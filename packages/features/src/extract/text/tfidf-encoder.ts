import { createRng } from '@mmrec/core';
import { randomizedEigen } from '../../reduce/randomized-eigen.js';
import type { CatalogueEncoder } from '../content-encoder.js';

/** Columns that words and pairs of words are hashed to. */
const buckets = 1 << 13;
/** Columns after the reduction. */
const reduced = 128;

/** A text's weights by column, the other columns being zero. */
interface SparseRow {
  readonly columns: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Texts by the words that they share, by no model at all: latent semantic analysis of hashed TF-IDF weights.
 *
 * Words and pairs of neighbouring words are hashed to 8,192 columns, with a sign from the hash so that collisions
 * cancel on average. A text of the N weighs a column that it holds n times, and that N₊ texts hold, by
 *
 * $$x = \pm(1 + \ln n)\left(\ln \frac{1 + N}{1 + N_+} + 1\right)$$
 *
 * scaled to length 1. The leading right singular vectors V of the matrix X of all texts, found by randomised subspace
 * iteration with a fixed seed, reduce it to 128 columns, XV, scaled to length 1 again.
 *
 * @see Deerwester et al., Indexing by latent semantic analysis, JASIS 1990; Weinberger et al., Feature hashing for
 *   large scale multitask learning, ICML 2009. https://arxiv.org/abs/0902.2206
 */
export function tfidfEncoder(): CatalogueEncoder {
  return {
    identity: {
      encoder: 'tfidf',
      software: 'built in',
      files: {},
      preprocessing: `words and pairs hashed to ${buckets}, TF-IDF of this catalogue, SVD to ${reduced}, length 1; version 1`,
    },
    columns: reduced,
    encodeAll: async (texts) => reduceRows(weighTexts(texts)),
  };
}

function weighTexts(texts: readonly string[]): SparseRow[] {
  const counts = texts.map(countTerms);
  const documents = new Uint32Array(buckets);
  for (const terms of counts) for (const column of terms.keys()) documents[column]!++;
  return counts.map((terms) => {
    const columns = [...terms.keys()];
    const weights = columns.map((column) => {
      const count = terms.get(column)!;
      if (count === 0) return 0;
      const rarity = Math.log((1 + texts.length) / (1 + documents[column]!)) + 1;
      return Math.sign(count) * (1 + Math.log(Math.abs(count))) * rarity;
    });
    const norm = Math.hypot(...weights);
    return { columns, weights: norm > 0 ? weights.map((weight) => weight / norm) : weights };
  });
}

/** Signed counts of a text's words and pairs by column. */
function countTerms(text: string): Map<number, number> {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const pairs = words.slice(1).map((word, at) => `${words[at]} ${word}`);
  const counts = new Map<number, number>();
  for (const term of [...words, ...pairs]) {
    const hash = hashTerm(term);
    const column = hash % buckets;
    counts.set(column, (counts.get(column) ?? 0) + (hash >= 0x80000000 ? -1 : 1));
  }
  return counts;
}

/** FNV-1a of a word's UTF-8 bytes, its bits mixed once more so that the sign doesn't hang on the last letter. */
function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(term)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

async function reduceRows(rows: readonly SparseRow[]): Promise<Float32Array> {
  const { vectors } = await randomizedEigen((some) => Promise.resolve(multiplyGram(rows, some)), {
    // There are no more directions than texts.
    ...{ size: buckets, count: Math.min(reduced, rows.length), oversampling: 16, iterations: 4 },
    rng: createRng(1).fork('tfidf'),
  });
  const out = new Float32Array(rows.length * reduced);
  rows.forEach((row, at) => {
    const count = vectors.length / buckets;
    const values = Float64Array.from({ length: count }, (_, i) => project(row, vectors, i));
    const norm = Math.hypot(...values);
    if (norm > 0) values.forEach((value, i) => (out[at * reduced + i] = value / norm));
  });
  return out;
}

/** XᵀX times some vectors, as rows. */
function multiplyGram(rows: readonly SparseRow[], vectors: Float64Array): Float64Array {
  const product = new Float64Array(vectors.length);
  const count = vectors.length / buckets;
  for (const row of rows) {
    for (let i = 0; i < count; i++) {
      const sum = project(row, vectors, i);
      row.columns.forEach((column, at) => {
        product[i * buckets + column]! += sum * row.weights[at]!;
      });
    }
  }
  return product;
}

function project({ columns, weights }: SparseRow, vectors: Float64Array, i: number): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at++) {
    sum += weights[at]! * vectors[i * buckets + columns[at]!]!;
  }
  return sum;
}
