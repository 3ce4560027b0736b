import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureMatrix } from '@mmrec/core';
import { readDataset, type Dataset } from '@mmrec/data';
import { readFeatureFolder, requireFeatures } from '@mmrec/features';

/** A dataset folder, read. */
export interface LoadedData {
  readonly dataset: Dataset;
  /** By modality; empty when no features are wanted. */
  readonly features: Readonly<Record<string, FeatureMatrix>>;
}

/** What is read besides the interactions. */
export interface LoadOptions {
  readonly needsFeatures: boolean;
  readonly modalities?: readonly string[] | undefined;
}

/** An item as `items.jsonl` describes it. */
export interface CatalogueItem {
  readonly id: string | number;
  /** What the item is called outside, such as its ASIN. */
  readonly externalId?: string;
  readonly title?: string;
  readonly description?: string;
  /** The image's file, relative to the folder. */
  readonly image?: string;
}

/**
 * Reads a dataset folder's interactions and, for a model that needs them, its item features. Items are
 * those of `items.jsonl` where there is one, else those that occur in the interactions.
 */
export async function loadData(folder: string, options: LoadOptions): Promise<LoadedData> {
  const catalogue = await readCatalogue(folder);
  const dataset = await readDataset(folder, catalogue ? { numItems: catalogue.length } : {});
  if (!options.needsFeatures) return { dataset, features: {} };
  const features = await readFeatureFolder(folder, {
    numItems: dataset.train.numItems,
    ...(options.modalities && { modalities: options.modalities }),
  });
  requireFeatures(folder, features);
  return { dataset, features };
}

/**
 * The lines of `items.jsonl`, or undefined where there is none.
 *
 * @throws {RangeError} For a line that is not a JSON object with an `id`.
 */
export async function readCatalogue(folder: string): Promise<readonly CatalogueItem[] | undefined> {
  const path = join(folder, 'items.jsonl');
  if (!existsSync(path)) return undefined;
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const item = parseItem(line);
    if (item?.id === undefined) {
      throw new RangeError(
        `readCatalogue: ${path}:${index + 1} must be a JSON object with an id, got '${line.slice(0, 60)}'.`,
      );
    }
    return [item];
  });
}

function parseItem(line: string): CatalogueItem | undefined {
  try {
    return JSON.parse(line) as CatalogueItem;
  } catch {
    return undefined;
  }
}
