import type { FeatureSummary } from '@mmrec/core';
import { featureFiles } from './feature-files.js';
import { readFeatureArray } from './files/read-feature-array.js';
import { surveyValues } from './survey-values.js';

/**
 * Describes the feature files of a dataset folder, one after the other; bad values and wrong
 * shapes are counted and shown, not refused.
 *
 * @returns A summary of each file, in the order of {@link readFeatureFolder}.
 * @throws {Error} If the folder doesn't exist, and whatever {@link openFeatureTable} throws for a file that
 * can't be read.
 * @example
 * ```ts
 * await mkdir('catalogue', { recursive: true });
 * await writeNpy('catalogue/t_feat.npy', { rows: 2, columns: 1, data: Float32Array.of(0, NaN) });
 * const [summary] = await inspectFeatures('catalogue');
 * summary?.modality // => 'textual'
 * [summary?.nan, summary?.infinite, summary?.zeroRows] // => [1, 0, 1]
 * ```
 */
export async function inspectFeatures(folder: string): Promise<FeatureSummary[]> {
  const summaries: FeatureSummary[] = [];
  for (const { modality, file, path } of await featureFiles('inspectFeatures', folder)) {
    const { shape, dtype, data } = await readFeatureArray(path);
    const { nan, infinite, zeroRows } = surveyValues(data, shape[0] ?? 0);
    summaries.push({ modality, file, shape, dtype, nan, infinite, zeroRows });
  }
  return summaries;
}
