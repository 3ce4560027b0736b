import type { FeatureMatrix } from '@mmrec/core';
import { tableOfMatrix, type FeatureTable } from '../files/feature-table.js';

/** A change of features, row by row, learned from a table or not. */
export interface FeatureTransform {
  /** Columns that it takes. */
  readonly inputColumns: number;
  /** Columns that it gives. */
  readonly columns: number;
  /** Changes some rows, `[rows, inputColumns]` → `[rows, columns]`. Rows of zeros, of items without features, stay zero. */
  apply(rows: Float32Array): Float32Array;
}

/** A transform from what it does to one row that isn't zero. */
export function rowTransform(
  sizes: { readonly inputColumns: number; readonly columns: number },
  change: (row: Float32Array, out: Float32Array) => void,
): FeatureTransform {
  const { inputColumns, columns } = sizes;
  return {
    ...sizes,
    apply(rows) {
      const count = rows.length / inputColumns;
      if (!Number.isInteger(count)) {
        throw new RangeError(
          `apply: rows must have ${inputColumns} columns, got ${rows.length} numbers.`,
        );
      }
      const out = new Float32Array(count * columns);
      for (let row = 0; row < count; row++) {
        const values = rows.subarray(row * inputColumns, (row + 1) * inputColumns);
        if (!isZero(values)) change(values, out.subarray(row * columns, (row + 1) * columns));
      }
      return out;
    },
  };
}

/** Transforms a matrix in memory; `missing` goes along. */
export function transformMatrix(matrix: FeatureMatrix, transform: FeatureTransform): FeatureMatrix {
  return { ...matrix, columns: transform.columns, data: transform.apply(matrix.data) };
}

/** A matrix or table as a table. */
export function asTable(features: FeatureMatrix | FeatureTable): FeatureTable {
  return 'data' in features ? tableOfMatrix(features) : features;
}

/** Calls back with each row of a table that isn't zero. */
export async function forEachRow(
  table: FeatureTable,
  visit: (row: Float32Array) => void,
): Promise<void> {
  const { columns } = table;
  for await (const { rows, data } of table.blocks()) {
    for (let row = 0; row < rows; row++) {
      const values = data.subarray(row * columns, (row + 1) * columns);
      if (!isZero(values)) visit(values);
    }
  }
}

const isZero = (values: Float32Array) => values.every((value) => value === 0);
