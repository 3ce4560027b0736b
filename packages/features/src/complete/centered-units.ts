import type { FeatureMatrix } from '@mmrec/core';
import { normalizeFeatureRows } from '../normalize-feature-rows.js';
import { meanOfRows } from './completion-target.js';

/**
 * Modalities side by side, each centred on the mean of the rows that are there and then with rows of length 1; zeros
 * where a modality is missing. Inner products of rows are sums of cosines over the modalities that both have.
 *
 * Centred, because features of images and texts tend to have a large common part, next to which all cosines are
 * alike.
 */
export function centeredUnits(matrices: readonly FeatureMatrix[]): FeatureMatrix {
  const rows = matrices[0]!.rows;
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const data = new Float32Array(rows * columns);
  let start = 0;
  for (const matrix of matrices) {
    const unit = normalizeFeatureRows(centered(matrix)).data;
    for (let row = 0; row < rows; row++) {
      const values = unit.subarray(row * matrix.columns, (row + 1) * matrix.columns);
      data.set(values, row * columns + start);
    }
    start += matrix.columns;
  }
  return { rows, columns, data };
}

/** Rows minus the mean of those that are there; zeros in those that are missing. */
function centered(matrix: FeatureMatrix): FeatureMatrix {
  const { columns, missing } = matrix;
  const present = Int32Array.from({ length: matrix.rows }, (_, row) => row).filter(
    (row) => !missing?.[row],
  );
  const mean = meanOfRows(matrix, present);
  const data = matrix.data.map((value, at) =>
    missing?.[Math.floor(at / columns)] ? 0 : value - mean[at % columns]!,
  );
  return { ...matrix, data };
}
