import type { FeatureMatrix, Interactions } from '@mmrec/core';
import type { CompletionOptions } from './completion-options.js';

/** One modality that some items lack, and what there is to go by. */
export interface CompletionTarget {
  /** Zeros in the rows of the items that lack it. */
  readonly matrix: FeatureMatrix;
  /** Items that lack it, ascending. */
  readonly missing: Int32Array;
  /** Items that have it, ascending, at least one. */
  readonly known: Int32Array;
  /** The mean of the items that have it, `[columns]`. */
  readonly mean: Float32Array;
  /** The other modalities, zeros in rows that are missing. */
  readonly others: readonly FeatureMatrix[];
  readonly interactions: Interactions | undefined;
  readonly options: Readonly<CompletionOptions>;
}

/** A row for each item that lacks the modality. */
export interface CompletedRows {
  /** Row-major, `[missing · columns]`. */
  readonly data: Float32Array;
  /** 1 for each row that there was nothing to go by for: it gets the mean, `[missing]`. */
  readonly unknown: Uint8Array;
}

/** Finds out who lacks a modality, and its mean. */
export function completionTarget(
  matrix: FeatureMatrix,
  context: Pick<CompletionTarget, 'others' | 'interactions' | 'options'>,
): CompletionTarget {
  const all = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const known = all.filter((row) => !matrix.missing?.[row]);
  const missing = all.filter((row) => matrix.missing?.[row]);
  return { matrix, missing, known, mean: meanOfRows(matrix, known), ...context };
}

/** The mean of some rows; zeros for none. */
export function meanOfRows({ columns, data }: FeatureMatrix, rows: Int32Array): Float32Array {
  const sums = new Float64Array(columns);
  for (const row of rows) {
    for (let c = 0; c < columns; c++) sums[c]! += data[row * columns + c]!;
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(rows.length, 1));
}

/** Some rows of a matrix, in the order of their list. */
export function pickRows({ columns, data }: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: rows.length, columns, data: picked };
}
