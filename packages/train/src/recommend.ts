import { checkIndices, itemsByUser, type Embeddings, type Interactions } from '@mmrec/core';
import { createTopK, gatherRows, valuesOf } from '@mmrec/ops';
import { mul, sum } from '@tensorflow/tfjs-core';

/** Items recommended to one user, best first. */
export interface Recommendation {
  readonly user: number;
  readonly items: readonly { readonly item: number; readonly score: number }[];
}

/** Whom to recommend what. */
export interface RecommendInputs {
  /** User numbers. */
  readonly users: readonly number[];
  /** Items for each user; 10 by default. */
  readonly k?: number;
  /** Interactions whose items are not recommended to their users again: usually the training ones. */
  readonly exclude?: Interactions;
}

/**
 * The items with the largest scores for each user.
 *
 * @param embeddings - Users and items; not disposed.
 * @returns One entry a user, in the order asked for, with at most `k` items.
 * @throws {RangeError} If a user is out of range or `k` is not a positive integer.
 */
export function recommend(
  embeddings: Embeddings,
  { users, k = 10, exclude }: RecommendInputs,
): Recommendation[] {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`recommend: k must be an integer ≥ 1, got ${k}.`);
  checkIndices('recommend', { users }, embeddings.users.shape[0]);
  const wanted = Int32Array.from(users);
  const numItems = embeddings.items.shape[0];
  const length = Math.min(k, numItems);
  const lists = createTopK(embeddings)({
    users: wanted,
    k: length,
    exclude: exclude && itemsByUser(exclude),
  });
  return users.map((user, row) => {
    const items = lists.subarray(row * length, (row + 1) * length).filter((item) => item >= 0);
    const scores = scoresOf(embeddings, user, items);
    return { user, items: Array.from(items, (item, at) => ({ item, score: scores[at]! })) };
  });
}

/** A user's scores for some items. */
function scoresOf(embeddings: Embeddings, user: number, items: Int32Array): Float32Array {
  return valuesOf(() => {
    const users = gatherRows(embeddings.users, new Int32Array(items.length).fill(user));
    return sum(mul(users, gatherRows(embeddings.items, items)), 1);
  });
}
