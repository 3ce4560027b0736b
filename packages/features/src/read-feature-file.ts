import type { FeatureMatrix } from '@mmrec/core';
import { readFeatureArray } from './files/read-feature-array.js';
import { surveyValues } from './survey-values.js';

/** What {@link readFeatureFile} expects. */
export interface ReadFeatureFileOptions {
  /** Number of items; absent: any. */
  readonly numItems?: number | undefined;
  /** Name of the function or command that reads, for messages. */
  readonly where?: string;
}

/**
 * Reads a matrix of item features, row `i` for item `i`, wherever it lies and whatever its name. A row that is
 * all zero is marked in `missing`.
 *
 * @param path - A `.npy`, `.safetensors` or `.parquet` file.
 * @throws {RangeError} If the file is not a matrix with a row for each item, or holds NaN or Infinity (said how
 * many and where), and whatever {@link openFeatureTable} throws.
 * @example
 * ```ts
 * await writeNpy('vectors.npy', { rows: 2, columns: 2, data: Float32Array.of(1, 2, 0, 0) });
 * const { columns, missing } = await readFeatureFile('vectors.npy', { numItems: 2 });
 * columns // => 2
 * [...(missing ?? [])] // => [0, 1]
 * ```
 */
export async function readFeatureFile(
  path: string,
  { numItems, where = 'readFeatureFile' }: ReadFeatureFileOptions = {},
): Promise<FeatureMatrix> {
  const { shape, data } = await readFeatureArray(path);
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
