import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonFile } from '@mmrec/core';
import type { EncoderIdentity } from './content-encoder.js';

/** Where a feature file comes from: what `manifest.json` says under `extraction`, by modality. */
export interface ExtractionRecord extends EncoderIdentity {
  /** Name of the feature file in its folder. */
  readonly file: string;
  readonly columns: number;
  readonly storage: 'float32' | 'float16';
  readonly items: number;
  /** Ids of the items without features: they had no content, or it could not be read. Their rows are zero. */
  readonly missing: readonly (string | number)[];
  /** Items whose content is there and could not be read, and why. */
  readonly failed: readonly { readonly id: string | number; readonly reason: string }[];
  /** With `auto`: encoders that come before this one, and why they were not used. */
  readonly passedOver: readonly string[];
}

/** Adds records to a folder's `manifest.json`, which is made if it isn't there; what else it says stays. */
export async function recordExtraction(
  folder: string,
  records: Readonly<Record<string, ExtractionRecord>>,
): Promise<void> {
  const file = join(folder, 'manifest.json');
  const manifest = existsSync(file) ? parse(file, await readFile(file, 'utf8')) : {};
  const { features, extraction } = manifest;
  // Columns by modality, as `mmrec data synth` writes them, would no longer be those of the files.
  const columns = isRecord(features)
    ? Object.fromEntries(
        Object.entries(records)
          .filter(([modality]) => typeof features[modality] === 'number')
          .map(([modality, record]) => [modality, record.columns]),
      )
    : {};
  const changed = {
    ...manifest,
    ...(isRecord(features) && { features: { ...features, ...columns } }),
    extraction: { ...(isRecord(extraction) && extraction), ...records },
  };
  await writeJsonFile(file, changed);
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(text);
    if (isRecord(manifest)) return manifest;
  } catch {
    // Told below, as for other JSON.
  }
  throw new TypeError(`extractFeatures: ${file} must be a JSON object. Mend it, or remove it.`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
