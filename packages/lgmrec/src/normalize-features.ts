import type { FeatureMatrix } from '@mmrec/core';
import { normalizeFeatureRows } from '@mmrec/features';

/**
 * Features as they are, with rows of length 1, or with columns of mean 0 and standard deviation 1. Items
 * without features stay zero and don't count; a column without variation becomes zero.
 */
export function normalizeFeatures(
  features: FeatureMatrix,
  how: 'none' | 'row' | 'standardize',
): FeatureMatrix {
  if (how === 'none') return features;
  if (how === 'row') return normalizeFeatureRows(features);
  return { ...features, data: standardized(features) };
}

function standardized({ rows, columns, data, missing }: FeatureMatrix): Float32Array {
  const present = Array.from({ length: rows }, (_, row) => row).filter((row) => !missing?.[row]);
  const out = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    const at = (row: number) => data[row * columns + column]!;
    const mean = present.reduce((sum, row) => sum + at(row), 0) / present.length;
    const squares = present.reduce((sum, row) => sum + (at(row) - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / present.length);
    // Rounding leaves a trace of variation in a column of equal numbers.
    if (!(deviation > 1e-6 * Math.abs(mean))) continue;
    for (const row of present) out[row * columns + column] = (at(row) - mean) / deviation;
  }
  return out;
}
