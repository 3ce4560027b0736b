import { suggestion, type FeatureMatrix } from '@mmrec/core';
import { featureFiles, type FeatureFile } from './feature-files.js';
import { readFeatureFile } from './read-feature-file.js';

/** What {@link readFeatureFolder} reads and expects. */
export interface ReadFeatureFolderOptions {
  /** Number of items; absent: the files have only to agree with each other. */
  readonly numItems?: number | undefined;
  /** Modalities to read; absent: all that are there. */
  readonly modalities?: readonly string[] | undefined;
}

const where = 'readFeatureFolder';

/**
 * Reads the item features of a dataset folder, one matrix a modality, row `i` for item `i`.
 *
 * Files name their modality, in `.npy`, `.safetensors` or `.parquet`: `image_feat.npy`, `image.npy` or `v_feat.npy` is `visual`;
 * `text_feat`, `text`, `t_feat` is `textual`; `audio_feat`, `audio`, `a_feat` is `acoustic`; any
 * other `X_feat.npy` is `X`. Other files are left alone. A row that is all zero is marked in
 * `missing`.
 *
 * @returns Matrices by modality, in the order visual, textual, acoustic, then by name; `{}` if
 * there are none.
 * @throws {Error} If the folder doesn't exist, or two files claim one modality.
 * @throws {TypeError} If a modality is asked for that the folder does not have.
 * @throws {RangeError} If a file is not a matrix with a row for each item, or holds NaN or Infinity
 * (said how many and where), and whatever {@link openFeatureTable} throws.
 * @example
 * ```ts
 * await mkdir('shop', { recursive: true });
 * await writeNpy('shop/image_feat.npy', { rows: 2, columns: 2, data: Float32Array.of(1, 2, 0, 0) });
 * const { visual } = await readFeatureFolder('shop', { numItems: 2 });
 * visual?.columns // => 2
 * [...(visual?.missing ?? [])] // => [0, 1]
 * ```
 */
export async function readFeatureFolder(
  folder: string,
  options: ReadFeatureFolderOptions = {},
): Promise<Record<string, FeatureMatrix>> {
  const files = await featureFiles(where, folder);
  const chosen = chooseFiles(files, options.modalities);
  const features: [string, FeatureMatrix][] = [];
  let expected = options.numItems;
  for (const { modality, path } of chosen) {
    const matrix = await readFeatureFile(path, { where, numItems: expected });
    features.push([modality, matrix]);
    expected = matrix.rows;
  }
  return Object.fromEntries(features);
}

function chooseFiles(
  files: readonly FeatureFile[],
  modalities?: readonly string[],
): readonly FeatureFile[] {
  const known = [...new Set(files.map(({ modality }) => modality))];
  for (const name of modalities ?? []) {
    if (known.includes(name)) continue;
    const list = known.length ? `The folder has ${known.join(', ')}.` : 'The folder has none.';
    throw new TypeError(`${where}: unknown modality '${name}'.${suggestion(name, known)} ${list}`);
  }
  const chosen = files.filter(({ modality }) => modalities?.includes(modality) ?? true);
  chosen.forEach(({ modality, file }, at) => {
    const previous = chosen[at - 1];
    if (previous?.modality !== modality) return;
    const got = `${previous.file} and ${file}`;
    throw new Error(`${where}: ${modality} features must be in one file, got ${got}.`);
  });
  return chosen;
}
