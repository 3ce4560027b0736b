import type { FeatureMatrix } from '@mmrec/core';
import { normalizeFeatureRows } from './normalize-feature-rows.js';

/**
 * The features of several modalities side by side, each modality's rows scaled to length 1 first, so that none
 * counts more for its larger numbers. The cosine of two items is then the mean of the modalities' cosines.
 *
 * @param features - Matrices with the same number of rows, at least one; not changed.
 * @returns `[rows, all columns]`. An item counts as missing when it is in every modality.
 * @throws {RangeError} If there is no matrix, or their numbers of rows differ.
 * @example
 * ```ts
 * const visual = { rows: 1, columns: 2, data: Float32Array.of(3, 4) };
 * const textual = { rows: 1, columns: 1, data: Float32Array.of(-7) };
 * [...concatenateFeatures({ visual, textual }).data] // => [0.6, 0.8, -1]
 * ```
 */
export function concatenateFeatures(
  features: Readonly<Record<string, FeatureMatrix>>,
): FeatureMatrix {
  const parts = Object.entries(features);
  const [first] = parts;
  if (!first) {
    throw new RangeError('concatenateFeatures: features must hold at least one matrix, got none.');
  }
  const { rows } = first[1];
  for (const [name, part] of parts) {
    if (part.rows === rows) continue;
    throw new RangeError(
      `concatenateFeatures: ${name} features must have ${rows} rows like ${first[0]}, got ${part.rows}.`,
    );
  }
  const columns = parts.reduce((total, [, part]) => total + part.columns, 0);
  const data = new Float32Array(rows * columns);
  let start = 0;
  for (const [, part] of parts) {
    const unit = normalizeFeatureRows(part).data;
    for (let row = 0; row < rows; row++) {
      const values = unit.subarray(row * part.columns, (row + 1) * part.columns);
      data.set(values, row * columns + start);
    }
    start += part.columns;
  }
  const missing = new Uint8Array(rows).map((_, row) =>
    Number(parts.every(([, part]) => part.missing?.[row] === 1)),
  );
  return { rows, columns, data, ...(missing.includes(1) && { missing }) };
}
