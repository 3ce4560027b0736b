import type { Embeddings, FeatureMatrix, Interactions } from '@mmrec/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import { checkFeatureRows } from '../check-feature-rows.js';
import { fitContentEmbedding, type ContentEmbeddingOptions } from './fit-content-embedding.js';

/** What new items' embeddings are made from. */
export interface ColdItemInputs {
  /** Final embeddings of a trained model; not disposed. */
  readonly embeddings: Embeddings;
  /** Features of all items by modality, those of the new ones among them. */
  readonly features: Readonly<Record<string, FeatureMatrix>>;
  /** What the model was trained on: items that are not in it are new. */
  readonly train: Interactions;
}

/**
 * A trained model's embeddings, with those of items without training interactions made from their features
 * ({@link fitContentEmbedding}). Works for any model, and for the embeddings of a run folder. The same embeddings
 * again where no item is new.
 *
 * @param given - `method` (`ridge`), `numNeighbors` (30).
 * @returns New tensors, which the caller disposes.
 * @throws {TypeError | RangeError} As {@link fitContentEmbedding}, and if there isn't a row an item.
 */
export function embedColdItems(
  { embeddings, features, train }: ColdItemInputs,
  given: Partial<ContentEmbeddingOptions> = {},
): Embeddings {
  for (const matrix of Object.values(features)) checkFeatureRows('embedColdItems', matrix, train);
  const { warmItems, coldItems } = itemsBySight(train);
  const users = embeddings.users.clone();
  if (coldItems.length === 0) return { users, items: embeddings.items.clone() };
  const own = embeddings.items.dataSync() as Float32Array;
  const embed = fitContentEmbedding({ embeddings: own, features, warmItems }, given);
  const made = embed(features, coldItems);
  const d = embeddings.items.shape[1];
  const data = own.slice();
  coldItems.forEach((item, at) => {
    data.set(made.subarray(at * d, (at + 1) * d), item * d);
  });
  return { users, items: tensor2d(data, embeddings.items.shape) };
}

/**
 * Items with training interactions, and those without.
 *
 * @example
 * ```ts
 * const train = { numUsers: 1, numItems: 3, users: Int32Array.of(0), items: Int32Array.of(1) };
 * [...itemsBySight(train).coldItems] // => [0, 2]
 * ```
 */
export function itemsBySight({ numItems, items }: Interactions): {
  readonly warmItems: Int32Array;
  readonly coldItems: Int32Array;
} {
  const seen = new Uint8Array(numItems);
  for (const item of items) seen[item] = 1;
  const all = Int32Array.from({ length: numItems }, (_, item) => item);
  return {
    warmItems: all.filter((item) => seen[item] === 1),
    coldItems: all.filter((item) => seen[item] === 0),
  };
}
