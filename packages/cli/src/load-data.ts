import type { FeatureMatrix } from '@mmrec/core';
import { readCatalogue, readDataset, type Dataset } from '@mmrec/data';
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
