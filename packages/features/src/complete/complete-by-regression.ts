import type { FeatureMatrix } from '@mmrec/core';
import { fitRidge } from '@mmrec/ops';
import {
  meanOfRows,
  pickRows,
  type CompletedRows,
  type CompletionTarget,
} from './completion-target.js';

/** Examples below which nothing is learned. */
const fewest = 2;

/**
 * Ridge regression from the other modalities that an item has: one for each set of modalities that occurs, on the
 * items that have all of it and the modality.
 */
export function completeByRegression({
  matrix,
  missing,
  known,
  others,
}: CompletionTarget): CompletedRows {
  const { columns } = matrix;
  const data = new Float32Array(missing.length * columns);
  const unknown = new Uint8Array(missing.length).fill(1);
  for (const { available, places } of groupByModalities(missing, others)) {
    const examples = known.filter((row) => available.every((other) => !other.missing?.[row]));
    if (available.length === 0 || examples.length < fewest) continue;
    const scaled = available.map((other) => withUnitDeviation(other, examples));
    const inputs = sideBySide(scaled, examples);
    const { map } = fitRidge({ inputs, targets: pickRows(matrix, examples) });
    const made = map(
      sideBySide(
        scaled,
        missing.filter((_, at) => places.includes(at)),
      ),
    );
    places.forEach((place, at) => {
      data.set(made.subarray(at * columns, (at + 1) * columns), place * columns);
      unknown[place] = 0;
    });
  }
  return { data, unknown };
}

/** Items by which of the other modalities they have; places in the list of missing items, ascending. */
function groupByModalities(missing: Int32Array, others: readonly FeatureMatrix[]) {
  const groups = new Map<string, { available: FeatureMatrix[]; places: number[] }>();
  missing.forEach((row, place) => {
    const available = others.filter((other) => !other.missing?.[row]);
    const key = others.map((other) => Number(available.includes(other))).join('');
    const group = groups.get(key) ?? { available, places: [] };
    group.places.push(place);
    groups.set(key, group);
  });
  return [...groups.values()];
}

/** A modality in units of its own spread, so that none counts more for its larger numbers. */
function withUnitDeviation(matrix: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  const { columns, data } = matrix;
  const mean = meanOfRows(matrix, rows);
  let sum = 0;
  for (const row of rows) {
    for (let c = 0; c < columns; c++) sum += (data[row * columns + c]! - mean[c]!) ** 2;
  }
  const scale = sum === 0 ? 1 : Math.sqrt(rows.length / sum);
  return { ...matrix, data: data.map((value) => value * scale) };
}

function sideBySide(matrices: readonly FeatureMatrix[], rows: Int32Array): FeatureMatrix {
  const columns = matrices.reduce((total, matrix) => total + matrix.columns, 0);
  const data = new Float32Array(rows.length * columns);
  let start = 0;
  for (const matrix of matrices) {
    rows.forEach((row, at) => {
      const values = matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
      data.set(values, at * columns + start);
    });
    start += matrix.columns;
  }
  return { rows: rows.length, columns, data };
}
