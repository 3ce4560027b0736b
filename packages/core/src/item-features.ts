import type { FeatureMatrix } from './feature-matrix.js';

/**
 * Features with zeros in the rows of items that are marked missing, so that nothing that stands there has any
 * influence. The same object when nothing stands there.
 *
 * @throws {RangeError} If `missing` hasn't a mark for each row.
 * @example
 * ```ts
 * const features = { rows: 2, columns: 1, data: Float32Array.of(7, 8), missing: Uint8Array.of(0, 1) };
 * [...clearMissingRows(features).data] // => [7, 0]
 * ```
 */
export function clearMissingRows(features: FeatureMatrix): FeatureMatrix {
  const { rows, columns, missing } = features;
  if (!missing) return features;
  if (missing.length !== rows) {
    throw new RangeError(
      `clearMissingRows: missing must have a mark for each of ${rows} rows, got ${missing.length}.`,
    );
  }
  let data = features.data;
  for (let row = 0; row < rows; row++) {
    if (!missing[row]) continue;
    const [start, end] = [row * columns, (row + 1) * columns];
    if (data.subarray(start, end).every((value) => value === 0)) continue;
    if (data === features.data) data = data.slice();
    data.fill(0, start, end);
  }
  return data === features.data ? features : { ...features, data };
}

/**
 * The features that a model is made from: checked, and with zeros for items that lack a modality
 * ({@link clearMissingRows}).
 *
 * @param where - Name of the model's function, for messages.
 * @throws {RangeError} If there is no modality, one has another number of rows than there are items, or `missing`
 *   hasn't a mark for each row.
 * @example
 * ```ts
 * const visual = { rows: 2, columns: 1, data: Float32Array.of(7, 8), missing: Uint8Array.of(0, 1) };
 * [...itemFeatures('createModel', { visual }, 2)['visual']!.data] // => [7, 0]
 * ```
 */
export function itemFeatures(
  where: string,
  features: Readonly<Record<string, FeatureMatrix>>,
  numItems: number,
): Record<string, FeatureMatrix> {
  const entries = Object.entries(features);
  if (entries.length === 0)
    throw new RangeError(`${where}: features must hold at least one modality, got none.`);
  for (const [name, { rows, missing }] of entries) {
    if (rows !== numItems) {
      throw new RangeError(
        `${where}: ${name} features must have ${numItems} rows, one an item, got ${rows}.`,
      );
    }
    if (missing && missing.length !== rows) {
      throw new RangeError(
        `${where}: missing of ${name} features must have a mark for each of ${rows} items, got ${missing.length}.`,
      );
    }
  }
  return Object.fromEntries(entries.map(([name, matrix]) => [name, clearMissingRows(matrix)]));
}

/**
 * Which items have features: 1 for those that do, 0 for those that are missing; undefined when none is missing.
 *
 * @returns `[rows]`.
 * @example
 * ```ts
 * const features = { rows: 3, columns: 1, data: new Float32Array(3), missing: Uint8Array.of(0, 1, 0) };
 * [...presence(features)!] // => [1, 0, 1]
 * ```
 */
export function presence({ missing }: FeatureMatrix): Float32Array | undefined {
  return missing?.includes(1) ? Float32Array.from(missing, (flag) => 1 - flag) : undefined;
}
