import { clearMissingRows, type FeatureMatrix } from '@mmrec/core';

/**
 * Features with rows of length 1: their inner products are cosines. Rows of zeros stay, and those of
 * missing items become zeros.
 *
 * @param features - Not changed.
 * @example
 * ```ts
 * const features = { rows: 2, columns: 2, data: Float32Array.of(3, 4, 0, 0) };
 * [...normalizeFeatureRows(features).data] // => [0.6, 0.8, 0, 0]
 * ```
 */
export function normalizeFeatureRows(features: FeatureMatrix): FeatureMatrix {
  const { rows, columns, data } = clearMissingRows(features);
  const unit = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let square = 0;
    for (let at = start; at < end; at++) square += data[at]! * data[at]!;
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (let at = start; at < end; at++) unit[at] = data[at]! * scale;
  }
  return { ...features, data: unit };
}
