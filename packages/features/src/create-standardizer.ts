import { clearMissingRows, type FeatureMatrix } from '@mmrec/core';
import { meanOfRows } from './complete/completion-target.js';

type Modalities = Readonly<Record<string, FeatureMatrix>>;

/** How a modality is standardised: $(x - \mathrm{mean}) \cdot \mathrm{factor}$. */
export interface ModalityScale {
  readonly name: string;
  /** `[columns]` */
  readonly mean: Float32Array;
  readonly factor: number;
}

/**
 * Rows of items with all modalities side by side, `[items, all columns]`, zeros (the mean) where one is missing. The
 * features may be those of other items, of the same modalities.
 */
export interface Standardizer {
  (features: Modalities, items: Int32Array): FeatureMatrix;
  /** In the order in which the modalities stand side by side. */
  readonly scales: readonly ModalityScale[];
}

/**
 * Makes modalities comparable: each centred on the mean of some items, and divided by their root mean squared
 * distance from it, so that none counts more for its larger numbers.
 *
 * @param features - By modality, a row an item; not changed.
 * @param items - The items that means and distances are those of; items that lack a modality don't count in it.
 * @example
 * ```ts
 * const visual = { rows: 3, columns: 1, data: Float32Array.of(2, 6, 9), missing: Uint8Array.of(0, 0, 1) };
 * const standardize = createStandardizer({ visual }, Int32Array.of(0, 1, 2));
 * [...standardize({ visual }, Int32Array.of(2, 1)).data] // => [0, 1]
 * ```
 */
export function createStandardizer(features: Modalities, items: Int32Array): Standardizer {
  const scales = Object.entries(features).map(([name, matrix]) => {
    const present = items.filter((item) => !matrix.missing?.[item]);
    const mean = meanOfRows(matrix, present);
    return { name, mean, factor: inverseDeviation(matrix, { present, mean }) };
  });
  const columns = scales.reduce((total, { mean }) => total + mean.length, 0);
  const standardize = (others: Modalities, rows: Int32Array): FeatureMatrix => {
    const data = new Float32Array(rows.length * columns);
    let start = 0;
    for (const { name, mean, factor } of scales) {
      const matrix = clearMissingRows(others[name]!);
      rows.forEach((row, at) => {
        if (matrix.missing?.[row]) return;
        for (let c = 0; c < mean.length; c++) {
          const value = matrix.data[row * mean.length + c]! - mean[c]!;
          data[at * columns + start + c] = value * factor;
        }
      });
      start += mean.length;
    }
    return { rows: rows.length, columns, data };
  };
  return Object.assign(standardize, { scales });
}

/** One over the root mean squared distance from the mean; 1 where all rows are the mean. */
function inverseDeviation(
  { columns, data }: FeatureMatrix,
  { present, mean }: { readonly present: Int32Array; readonly mean: Float32Array },
): number {
  let sum = 0;
  for (const row of present) {
    for (let c = 0; c < columns; c++) sum += (data[row * columns + c]! - mean[c]!) ** 2;
  }
  return sum === 0 ? 1 : Math.sqrt(present.length / sum);
}
