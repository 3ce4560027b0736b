import type { FeatureMatrix } from '@mmrec/core';
import { modalityFileNames } from './feature-files.js';

/**
 * Checks that a dataset folder had features of at least one modality, for models that need them.
 *
 * @param folder - Where they were looked for, for the message.
 * @param features - What {@link readFeatureFolder} returned.
 * @throws {Error} If there are none, naming the files looked for.
 * @example
 * ```ts
 * requireFeatures('shop', { visual: { rows: 1, columns: 1, data: Float32Array.of(1) } }) // => undefined
 * ```
 */
export function requireFeatures(
  folder: string,
  features: Readonly<Record<string, FeatureMatrix>>,
): void {
  if (Object.keys(features).length > 0) return;
  const names = Object.entries(modalityFileNames).map(
    ([modality, stems]) => `${stems.map((stem) => `${stem}.npy`).join(' or ')} (${modality})`,
  );
  throw new Error(
    `requireFeatures: ${folder} must hold item features, got none. ` +
      `Looked for ${names.join(', ')}, and any other X_feat.npy.`,
  );
}
