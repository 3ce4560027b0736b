import type { FeatureMatrix } from '@mmrec/core';
import { concatenateFeatures } from '@mmrec/features';

/** The name of the matrix that is taken alone when it is among the features. */
const unifiedName = 'unified';

/**
 * One matrix of all modalities: the one named `unified`, what AlignRec's encoder makes; else the only one; else
 * all of them side by side, their rows scaled to length 1.
 *
 * @throws {RangeError} If there is none, or one has other rows than items.
 */
export function unifyFeatures(
  features: Readonly<Record<string, FeatureMatrix>>,
  numItems: number,
): FeatureMatrix {
  const entries = Object.entries(features);
  if (entries.length === 0) {
    throw new RangeError('createAlignRec: features must hold at least one modality, got none.');
  }
  for (const [name, { rows }] of entries) {
    if (rows === numItems) continue;
    throw new RangeError(
      `createAlignRec: ${name} features must have ${numItems} rows, one an item, got ${rows}.`,
    );
  }
  const alone = entries.length === 1 ? entries[0]![1] : features[unifiedName];
  return alone ?? concatenateFeatures(features);
}
