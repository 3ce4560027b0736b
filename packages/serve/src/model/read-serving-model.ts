import { catalogueId, readCatalogue, type CatalogueItem, type Dataset } from '@mmrec/data';
import { readFeatureFolder } from '@mmrec/features';
import { readRun, readRunDataset, type Run } from '@mmrec/train';
import { assembleServingModel } from './create-serving-model.js';
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
  return servingModelOf(run, await readRunDataset(run, data));
}

/** As {@link readServingModel}, of a run and its dataset that were read already. */
export async function servingModelOf(
  run: Run,
  { dataset, folder: dataFolder }: { readonly dataset: Dataset; readonly folder: string },
): Promise<ServingModel> {
  const [users, items] = [run.tensors['user_embeddings']!, run.tensors['item_embeddings']!];
  return assembleServingModel({
    model: run.config.model,
    ...run.ids,
    embeddingSize: items.shape[1]!,
    // Run folders hold embeddings as float32.
    userEmbeddings: users.data as Float32Array,
    itemEmbeddings: items.data as Float32Array,
    details: detailsOf(run.ids.items, await readCatalogue(dataFolder)),
    train: dataset.train,
    features: await readFeatureFolder(dataFolder, { numItems: run.ids.items.length }),
  });
}

/** What the catalogue says of each item, by the item's id. */
function detailsOf(
  ids: readonly string[],
  catalogue: readonly CatalogueItem[] = [],
): readonly ItemDetails[] {
  const known = new Map(
    catalogue.map((item) => {
      const { id: _id, externalId: _externalId, ...details } = item;
      return [catalogueId(item), details] as const;
    }),
  );
  return ids.map((id) => known.get(id) ?? {});
}
