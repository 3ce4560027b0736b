import { itemsByUser, type FeatureMatrix, type Interactions, type ItemLists } from '@mmrec/core';
import { normalizeFeatureRows } from '@mmrec/features';
import type { SyncTopK } from '@mmrec/metrics';
import { createTopK } from '@mmrec/ops';
import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { checkFeatureRows } from './check-feature-rows.js';

/**
 * Ranks items by their features alone, nothing trained: a user is the mean of their items' features, and items
 * are ranked by the cosine with it.
 *
 * $$s_{ui} = \cos\Big(\sum_{j \in N_u} \frac{x_j}{\lVert x_j \rVert},\ x_i\Big)$$
 *
 * A user none of whose items has features gets items by number. Memory: the items, and the users of one request.
 *
 * @param features - Of the items, `[numItems, columns]`; not changed.
 * @param history - What users have: training interactions.
 * @throws {RangeError} If there isn't a row an item.
 * @see Liu et al., AlignRec, CIKM 2024, §5.3. https://arxiv.org/abs/2403.12384
 * @example
 * ```ts
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 2, 1) };
 * const history = { numUsers: 1, numItems: 3, users: Int32Array.of(0), items: Int32Array.of(0) };
 * zeroShotTopK(features, history)({ users: Int32Array.of(0), k: 3 }) // => [0, 2, 1]
 * ```
 */
export function zeroShotTopK(features: FeatureMatrix, history: Interactions): SyncTopK {
  checkFeatureRows('zeroShotTopK', features, history);
  const { rows, columns, data } = normalizeFeatureRows(features);
  const lists = itemsByUser(history);
  return ({ users, k, exclude }) => {
    const sums = new Float32Array(users.length * columns);
    users.forEach((user, at) => {
      const sum = sums.subarray(at * columns, (at + 1) * columns);
      for (const item of listOf(lists, user)) {
        for (let c = 0; c < columns; c++) sum[c]! += data[item * columns + c]!;
      }
    });
    const tables = {
      users: tensor2d(sums, [users.length, columns]),
      items: tensor2d(data, [rows, columns]),
    };
    const places = Int32Array.from(users, (_, at) => at);
    const ranked = createTopK(tables)({
      ...{ users: places, k },
      exclude: exclude && listsOf(exclude, users),
    });
    dispose(tables);
    return ranked;
  };
}

/** A user's items. */
function listOf({ offsets, items }: ItemLists, user: number): Int32Array {
  return items.subarray(offsets[user], offsets[user + 1]);
}

/** The lists of some users, in their order. */
function listsOf(lists: ItemLists, users: Int32Array): ItemLists {
  const chosen = Array.from(users, (user) => listOf(lists, user));
  const offsets = new Int32Array(users.length + 1);
  chosen.forEach((list, at) => (offsets[at + 1] = offsets[at]! + list.length));
  const items = new Int32Array(offsets.at(-1)!);
  chosen.forEach((list, at) => {
    items.set(list, offsets[at]);
  });
  return { offsets, items };
}
