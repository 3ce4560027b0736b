import { itemsByUser, type Embeddings, type Interactions } from '@mmrec/core';
import { createTopK } from '@mmrec/ops';
import type { RunIds } from '@mmrec/train';
import type { RecommendationRows } from './recommendation-file.js';

/** Users ranked at once. */
const blockSize = 8192;

/** What users are recommended from. */
export interface ScoreUsersInputs {
  readonly embeddings: Embeddings;
  /** Interactions whose items are not recommended to their users again. */
  readonly exclude: Interactions;
  readonly ids: RunIds;
  readonly k: number;
  /** The first user, and the one after the last. */
  readonly range: readonly [number, number];
}

/** The best items of a range of users, block by block. */
export function* scoreUsers(inputs: ScoreUsersInputs): Generator<RecommendationRows> {
  const { embeddings, ids, range } = inputs;
  const [first, end] = range;
  const numItems = embeddings.items.shape[0];
  const k = Math.min(inputs.k, numItems);
  const exclude = itemsByUser(inputs.exclude);
  const topK = createTopK(embeddings);
  const score = scorer(embeddings);
  for (let start = first; start < end; start += blockSize) {
    const length = Math.min(blockSize, end - start);
    const users = Int32Array.from({ length }, (_, at) => start + at);
    const lists = topK({ users, k, exclude });
    const rows: RecommendationRows = { user: [], item: [], rank: [], score: [] };
    lists.forEach((item, at) => {
      if (item < 0) return;
      const user = users[Math.floor(at / k)]!;
      rows.user.push(ids.users[user]!);
      rows.item.push(ids.items[item]!);
      rows.rank.push((at % k) + 1);
      rows.score.push(score(user, item));
    });
    yield rows;
  }
}

/** Inner products of single users and items, in single precision as the ranking has them. */
function scorer({ users, items }: Embeddings): (user: number, item: number) => number {
  const [userRows, itemRows] = [users.dataSync(), items.dataSync()];
  const width = users.shape[1];
  return (user, item) => {
    let sum = 0;
    for (let at = 0; at < width; at++) {
      sum += userRows[user * width + at]! * itemRows[item * width + at]!;
    }
    return Math.fround(sum);
  };
}
