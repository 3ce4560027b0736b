import type { FeatureMatrix } from './feature-matrix.js';

/**
 * Checks that item features are there and have a row for each item.
 *
 * @param where - Name of the public function, for the message.
 * @throws {RangeError} If there is no modality, or one has other rows than there are items.
 * @example
 * ```ts
 * const visual = { rows: 2, columns: 1, data: Float32Array.of(1, 2) };
 * checkFeatures('createModel', { visual }, 2)
 * ```
 */
export function checkFeatures(
  where: string,
  features: Readonly<Record<string, FeatureMatrix>>,
  numItems: number,
): void {
  const entries = Object.entries(features);
  if (entries.length === 0)
    throw new RangeError(`${where}: features must hold at least one modality, got none.`);
  for (const [name, { rows }] of entries) {
    if (rows !== numItems) {
      throw new RangeError(
        `${where}: ${name} features must have ${numItems} rows, one an item, got ${rows}.`,
      );
    }
  }
}
