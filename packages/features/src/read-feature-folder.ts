import { suggestion, type FeatureMatrix } from '@mmrec/core';
import { featureFiles, type FeatureFile } from './feature-files.js';
import { readNpy } from './read-npy.js';
import { surveyValues } from './survey-values.js';

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
 * Files name their modality: `image_feat.npy`, `image.npy` or `v_feat.npy` is `visual`;
 * `text_feat`, `text`, `t_feat` is `textual`; `audio_feat`, `audio`, `a_feat` is `acoustic`; any
 * other `X_feat.npy` is `X`. Other files are left alone. A row that is all zero is marked in
 * `missing`.
 *
 * @returns Matrices by modality, in the order visual, textual, acoustic, then by name; `{}` if
 * there are none.
 * @throws {Error} If the folder doesn't exist, or two files claim one modality.
 * @throws {TypeError} If a modality is asked for that the folder does not have.
 * @throws {RangeError} If a file is not a matrix with a row for each item, or holds NaN or Infinity
 * (said how many and where), and whatever {@link readNpy} throws.
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
    const matrix = await readFeatures(path, expected);
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

async function readFeatures(path: string, numItems?: number): Promise<FeatureMatrix> {
  const { shape, data } = await readNpy(path);
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || columns === 0) {
    const got = `[${shape.join(', ')}]`;
    throw new RangeError(`${where}: ${path} must have shape [items, features], got ${got}.`);
  }
  if (numItems !== undefined && rows !== numItems) {
    throw new RangeError(`${where}: ${path} must have ${numItems} rows, one an item, got ${rows}.`);
  }
  const { nan, infinite, firstNonFinite, zeroRows, isZeroRow } = surveyValues(data, rows);
  if (firstNonFinite >= 0) {
    const counts = [nan ? `${nan} NaN` : '', infinite ? `${infinite} infinite` : ''];
    const got = counts.filter(Boolean).join(' and ');
    const place = `row ${Math.floor(firstNonFinite / columns)}, column ${firstNonFinite % columns}`;
    throw new RangeError(
      `${where}: ${path} must hold finite numbers, got ${got} of ${data.length}, the first in ${place}.`,
    );
  }
  return zeroRows ? { rows, columns, data, missing: isZeroRow } : { rows, columns, data };
}
