import type { CsrMatrix } from '@mmrec/core';
import { transposeCsr } from './csr.js';

/** Where the entries of a sparse matrix lie, in compressed sparse rows; their values are elsewhere. */
export type SparsityPattern = Omit<CsrMatrix, 'values'>;

/** A pattern's transpose, and for each of its entries the entry of the pattern that it was. */
export interface TransposedPattern {
  readonly pattern: SparsityPattern;
  readonly order: Int32Array;
}

const transposes = new WeakMap<SparsityPattern, TransposedPattern>();

/** The transposed pattern; made once per pattern and kept as long as it. */
export function transposePattern(pattern: SparsityPattern): TransposedPattern {
  let transposed = transposes.get(pattern);
  if (!transposed) {
    // Entries' numbers travel as values; float32 holds integers exactly up to 2²⁴.
    const entries = pattern.indices.length;
    if (entries > 2 ** 24) {
      throw new RangeError(`transposePattern: entries must number ≤ 16777216, got ${entries}.`);
    }
    const numbers = Float32Array.from({ length: entries }, (_, entry) => entry);
    const { values, ...rest } = transposeCsr({ ...pattern, values: numbers });
    transposed = { pattern: rest, order: Int32Array.from(values) };
    transposes.set(pattern, transposed);
  }
  return transposed;
}

/** Row of each entry of a pattern, `[entries]`. */
export function rowsOfEntries({ rows, offsets, indices }: SparsityPattern): Int32Array {
  const result = new Int32Array(indices.length);
  for (let row = 0; row < rows; row++) result.fill(row, offsets[row], offsets[row + 1]);
  return result;
}
