import { itemsByUser, type Embeddings, type FeatureMatrix, type Interactions } from '@mmrec/core';
import { fitContentMap, itemsBySight } from '@mmrec/train';
import { fitFoldIn } from './fold-in-map.js';
import type { ItemDetails, ServingModel } from './serving-model.js';

/** What a model in memory is served from. */
export interface ServingModelInputs {
  /** Final embeddings of a trained model, as `model.embed()` gives them; not disposed. */
  readonly embeddings: Embeddings;
  /** What it was trained on. */
  readonly train: Interactions;
  /** Ids in the order of the embeddings' rows; absent: the rows' numbers. */
  readonly users?: readonly string[] | undefined;
  readonly items?: readonly string[] | undefined;
  /** Item features by modality: what new items are made from, and explanations refer to. */
  readonly features?: Readonly<Record<string, FeatureMatrix>> | undefined;
  /** Titles and whatever else is known, by item. */
  readonly details?: readonly ItemDetails[] | undefined;
  /** Name of the model, default `model`. */
  readonly model?: string | undefined;
}

/**
 * Makes a trained model ready for serving, without a folder: learns how histories become users and, from features, how
 * features become items. A back end must be in use.
 *
 * @throws {RangeError} If ids or details haven't an entry a row, or users or items of `train` are others.
 */
export function createServingModel({
  embeddings,
  train,
  features = {},
  model = 'model',
  ...given
}: ServingModelInputs): ServingModel {
  const { numUsers, numItems } = train;
  const [width] = embeddings.items.shape.slice(1);
  const users = given.users ?? numbers(numUsers);
  const items = given.items ?? numbers(numItems);
  const details = given.details ?? items.map(() => ({}));
  checkCount('embeddings.users', embeddings.users.shape[0], numUsers);
  checkCount('embeddings.items', embeddings.items.shape[0], numItems);
  checkCount('users', users.length, numUsers);
  checkCount('items', items.length, numItems);
  checkCount('details', details.length, numItems);
  return assembleServingModel({
    ...{ model, users, items, details, features, train },
    embeddingSize: width!,
    userEmbeddings: embeddings.users.dataSync() as Float32Array,
    itemEmbeddings: embeddings.items.dataSync() as Float32Array,
  });
}

const numbers = (count: number) => Array.from({ length: count }, (_, row) => String(row));

function checkCount(name: string, count: number, wanted: number): void {
  if (count === wanted) return;
  throw new RangeError(
    `createServingModel: ${name} must have ${wanted} rows, as train has, got ${count}.`,
  );
}

/** A serving model without what is learned here. */
type Parts = Omit<ServingModel, 'histories' | 'foldIn' | 'content' | 'features'> & {
  readonly train: Interactions;
  readonly features: Readonly<Record<string, FeatureMatrix>>;
};

/** Learns the maps from histories to users and from features to items. */
export function assembleServingModel({ train, features, ...parts }: Parts): ServingModel {
  const histories = itemsByUser(train);
  const { warmItems } = itemsBySight(train);
  const learnable = Object.keys(features).length > 0 && warmItems.length >= 2;
  return {
    ...parts,
    histories,
    foldIn: fitFoldIn({ ...parts, histories }),
    ...(learnable && {
      features,
      content: fitContentMap({ embeddings: parts.itemEmbeddings, features, warmItems }),
    }),
  };
}
