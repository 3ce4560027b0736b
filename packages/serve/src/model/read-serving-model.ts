import { itemsByUser, type FeatureMatrix } from '@mmrec/core';
import { readCatalogue, type CatalogueItem } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { fitContentEmbedding, itemsBySight, readRun, readRunDataset } from '@mmrec/train';
import { createContentMap } from './content-map.js';
import { fitFoldIn } from './fold-in-map.js';
import type { ItemDetails, ServingModel } from './serving-model.js';

/** How a run is read. */
export interface ReadServingModelOptions {
  /** Where the dataset lies now; absent: where it lay when the run was made. */
  readonly data?: string | undefined;
}

/**
 * Reads a run folder and its dataset for serving: embeddings, ids, histories, titles; learns how histories become
 * users and, where the dataset has features, how features become items. A back end must be in use.
 *
 * @throws {Error} If the folder holds no finished epoch of a run, a run of another format version, or its dataset
 *   is not there or another one.
 */
export async function readServingModel(
  folder: string,
  { data }: ReadServingModelOptions = {},
): Promise<ServingModel> {
  const run = await readRun(folder);
  const { dataset, folder: dataFolder } = await readRunDataset(run, data);
  const [users, items] = [run.tensors['user_embeddings']!, run.tensors['item_embeddings']!];
  const userEmbeddings = Float32Array.from(users.data);
  const itemEmbeddings = Float32Array.from(items.data);
  const embeddingSize = items.shape[1]!;
  const histories = itemsByUser(dataset.train);
  const embeddings = { userEmbeddings, itemEmbeddings, embeddingSize };
  const features = await readFeatureFolder(dataFolder, { numItems: run.ids.items.length });
  const { warmItems } = itemsBySight(dataset.train);
  return {
    model: run.config.model,
    ...run.ids,
    ...embeddings,
    histories,
    details: detailsOf(run.ids.items, await readCatalogue(dataFolder)),
    foldIn: fitFoldIn({ ...embeddings, histories }),
    features,
    content: fitContent({ features, embeddings: itemEmbeddings, warmItems }),
  };
}

interface ContentInputs {
  readonly features: Readonly<Record<string, FeatureMatrix>>;
  readonly embeddings: Float32Array;
  readonly warmItems: Int32Array;
}

function fitContent(inputs: ContentInputs) {
  const possible = Object.keys(inputs.features).length > 0 && inputs.warmItems.length >= 2;
  return possible ? createContentMap(fitContentEmbedding(inputs), inputs.features) : undefined;
}

/** What the catalogue says of each item, by the item's id. */
function detailsOf(
  ids: readonly string[],
  catalogue: readonly CatalogueItem[] = [],
): readonly ItemDetails[] {
  const known = new Map(
    catalogue.map(({ id, externalId, ...details }) => [externalId ?? String(id), details] as const),
  );
  return ids.map((id) => known.get(id) ?? {});
}
