import { itemFeatures, type FeatureMatrix } from '@mmrec/core';
import { concatenateFeatures } from '@mmrec/features';

/** The name of the matrix that is taken alone when it is among the features. */
const unifiedName = 'unified';

/**
 * One matrix of all modalities: the one named `unified`, what AlignRec's encoder makes; else the only one; else
 * all of them side by side, their rows scaled to length 1. An item that lacks one has zeros there; one that lacks all
 * is missing.
 *
 * @throws {RangeError} If there is none, or one has other rows than items.
 */
export function unifyFeatures(
  features: Readonly<Record<string, FeatureMatrix>>,
  numItems: number,
): FeatureMatrix {
  const matrices = itemFeatures('createAlignRec', features, numItems);
  const [first, ...more] = Object.values(matrices);
  const alone = more.length === 0 ? first : matrices[unifiedName];
  return alone ?? concatenateFeatures(matrices);
}
