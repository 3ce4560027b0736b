import { createRng, drawValues, itemsByUser } from '@mmrec/core';
import type { ServingModel } from './model/serving-model.js';
import { fitFoldIn } from './model/fold-in-map.js';

/** Users, items and embedding size of {@link randomModel}. */
export interface ModelSize {
  readonly numUsers: number;
  readonly numItems: number;
  readonly embeddingSize: number;
}

/**
 * A model of random items, whose users are the means of the items that they had. For tests; a back end must be in use.
 */
export function randomModel({ numUsers, numItems, embeddingSize: d }: ModelSize): ServingModel {
  const rng = createRng(11);
  const itemEmbeddings = drawValues(rng.normal('items', [numItems, d]));
  const userEmbeddings = new Float32Array(numUsers * d);
  const stream = rng.stream('histories');
  const pairs: [number, number][] = [];
  for (let user = 0; user < numUsers; user++) {
    const own = new Set(
      Array.from({ length: 2 + stream.integer(5) }, () => stream.integer(numItems)),
    );
    for (const item of own) {
      pairs.push([user, item]);
      for (let c = 0; c < d; c++)
        userEmbeddings[user * d + c]! += itemEmbeddings[item * d + c]! / own.size;
    }
  }
  const histories = itemsByUser({
    ...{ numUsers, numItems },
    users: Int32Array.from(pairs, ([user]) => user),
    items: Int32Array.from(pairs, ([, item]) => item),
  });
  const embeddings = { userEmbeddings, itemEmbeddings, embeddingSize: d, histories };
  return {
    model: 'random',
    users: Array.from({ length: numUsers }, (_, user) => `u${user}`),
    items: Array.from({ length: numItems }, (_, item) => `i${item}`),
    ...embeddings,
    details: Array.from({ length: numItems }, (_, item) => ({
      title: `Item ${item}`,
      kind: item % 2 === 0 ? 'even' : 'odd',
      price: item,
      tags: [`t${item % 3}`, 'all'],
    })),
    foldIn: fitFoldIn(embeddings),
  };
}
