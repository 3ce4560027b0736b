import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import { npyFileHeader } from '../files/write-npy.js';
import { readImageRecords, type ImageRecord } from './read-image-records.js';

/** Options of {@link convertImageFeatures}. */
export interface ConvertImageFeaturesOptions {
  /** External ids (ASINs) of the items, in the order of the rows. */
  readonly itemIds: readonly string[];
  /** Numbers an item. Default 4,096, as Amazon's files have. */
  readonly columns?: number;
  /** Told how many bytes of the file were read, each time some were. */
  readonly onBytes?: (bytes: number) => void;
}

/** What was found for the items. */
export interface ConvertedImageFeatures {
  readonly shape: readonly [rows: number, columns: number];
  /** Records of the source, those of other items included. */
  readonly records: number;
  /** Items without a record: their rows are zero. */
  readonly missing: number;
}

/**
 * Makes an `.npy` file of Amazon's image features (`image_features_*.b`: for each product ten bytes
 * of ASIN and 4,096 float32 numbers, little-endian): row `i` for item `i`, zeros for items that the
 * file lacks. The first record of an item counts; other items are passed over. Holds one record in
 * memory. The file appears whole or not at all.
 *
 * @param source - A `.b` file, or a `.b.gz`.
 * @param target - The `.npy` file.
 * @throws {RangeError} If the source ends within a record, holds an id that is no ASIN, or an item's
 * numbers are not finite: naming file and place.
 * @throws {Error} If a file can't be read or written.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const record = Buffer.concat([Buffer.from('B000000002'), Buffer.from(Float32Array.of(1, 2).buffer)]);
 * await writeFile('images.b', record);
 * const itemIds = ['B000000001', 'B000000002'];
 * const report = await convertImageFeatures('images.b', 'image_feat.npy', { itemIds, columns: 2 });
 * report.missing // => 1
 * (await readNpy('image_feat.npy')).data // => [0, 0, 1, 2]
 * ```
 */
export async function convertImageFeatures(
  source: string,
  target: string,
  { itemIds, columns = 4096, onBytes = () => undefined }: ConvertImageFeaturesOptions,
): Promise<ConvertedImageFeatures> {
  if (!Number.isSafeInteger(columns) || columns < 1) {
    throw new RangeError(`convertImageFeatures: columns must be an integer ≥ 1, got ${columns}.`);
  }
  const unseen = new Map(itemIds.map((id, row) => [id, row]));
  const header = npyFileHeader({ rows: itemIds.length, columns, dtype: '<f4' });
  let records = 0;
  await writeFileAtomically(target, async (handle) => {
    await handle.writeFile(header);
    // What is not written stays zero.
    await handle.truncate(header.length + 4 * columns * itemIds.length);
    for await (const record of readImageRecords(source, columns, onBytes)) {
      records++;
      const row = unseen.get(record.id);
      if (row === undefined) continue;
      unseen.delete(record.id);
      checkFinite(source, record);
      await writeAll(handle, record.bytes, header.length + 4 * columns * row);
    }
  });
  return { shape: [itemIds.length, columns], records, missing: unseen.size };
}

function checkFinite(source: string, { id, bytes, offset }: ImageRecord): void {
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readFloatLE(at);
    if (Number.isFinite(value)) continue;
    throw new RangeError(
      `convertImageFeatures: ${basename(source)}: byte ${offset}: the numbers of ${id} must be finite, got ${value} at position ${at / 4}.`,
    );
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
