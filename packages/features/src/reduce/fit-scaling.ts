import type { FeatureMatrix } from '@mmrec/core';
import type { FeatureTable } from '../files/feature-table.js';
import { asTable, forEachRow, rowTransform, type FeatureTransform } from './feature-transform.js';

/** Ways to bring features to one scale. */
export const scalings = ['l2', 'standardize', 'minMax'] as const;

/** See {@link fitScaling}. */
export type Scaling = (typeof scalings)[number];

/**
 * Learns how to bring features to one scale, in one pass over the rows. Rows of zeros, of items without features, are
 * left out of it and stay zero.
 *
 * - `l2`: each row to length 1.
 * - `standardize`: each column to mean 0 and (population) standard deviation 1.
 * - `minMax`: each column to the range from 0 to 1.
 *
 * A column that is constant becomes 0.
 *
 * @param features - In memory or in a file; not changed.
 * @example
 * ```ts
 * const features = { rows: 3, columns: 1, data: Float32Array.of(2, 4, 6) };
 * const { apply } = await fitScaling(features, 'minMax');
 * [...apply(features.data)] // => [0, 0.5, 1]
 * ```
 */
export async function fitScaling(
  features: FeatureMatrix | FeatureTable,
  scaling: Scaling,
): Promise<FeatureTransform> {
  const table = asTable(features);
  const { columns } = table;
  const sizes = { inputColumns: columns, columns };
  if (scaling === 'l2') {
    return rowTransform(sizes, (row, out) => {
      const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      row.forEach((value, column) => (out[column] = value / norm));
    });
  }
  const { mean, deviation, least, most } = await columnStatistics(table);
  const offset = scaling === 'standardize' ? mean : least;
  const spread = scaling === 'standardize' ? deviation : most.map((high, at) => high - least[at]!);
  return rowTransform(sizes, (row, out) => {
    for (let column = 0; column < columns; column++) {
      const width = spread[column]!;
      out[column] = width > 0 ? (row[column]! - offset[column]!) / width : 0;
    }
  });
}

/** Mean, population standard deviation and range of each column over the rows that aren't zero. */
async function columnStatistics(table: FeatureTable) {
  const { columns } = table;
  const [mean, squares] = [new Float64Array(columns), new Float64Array(columns)];
  const least = new Float64Array(columns).fill(Infinity);
  const most = new Float64Array(columns).fill(-Infinity);
  let count = 0;
  await forEachRow(table, (row) => {
    count++;
    for (let column = 0; column < columns; column++) {
      const value = row[column]!;
      // Welford's update: no large sums to subtract.
      const difference = value - mean[column]!;
      mean[column]! += difference / count;
      squares[column]! += difference * (value - mean[column]!);
      if (value < least[column]!) least[column] = value;
      if (value > most[column]!) most[column] = value;
    }
  });
  const deviation = squares.map((sum) => Math.sqrt(sum / Math.max(1, count)));
  return { mean, deviation, least, most };
}
