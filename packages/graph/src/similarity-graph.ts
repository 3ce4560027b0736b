import type { CsrMatrix, Embeddings, ItemLists } from '@mmrec/core';
import { checkShape } from '@mmrec/core';
import { createTopK, l2NormalizeRows } from '@mmrec/ops';
import { dispose, tidy } from '@tensorflow/tfjs-core';

/** Options of {@link similarityGraph}. */
export interface SimilarityGraphOptions {
  /** Items that each user keeps, from 1 to the number of items. */
  readonly k: number;
  /** Items that a user is never joined with, such as those of training. */
  readonly exclude?: ItemLists | undefined;
}

/**
 * Bipartite graph of each user's `k` most similar items, by the cosine of their vectors.
 *
 * $$G_{ui} = 1 \text{ if } i \in \mathrm{top}_k \cos(x_u, x_i), \text{ else } 0$$
 *
 * Exact. Users are compared with all items in blocks, so that users × items numbers are never held.
 * Equal cosines by the lower item. A user whose vector is zero has no edges, nor has an item whose vector is; a user
 * who would have such an item among the `k` has fewer.
 *
 * @param embeddings - Users `[numUsers, d]` and items `[numItems, d]`; not changed. No gradient flows
 *   through the graph.
 * @returns `[numUsers, numItems]`, an entry 1 an edge.
 * @throws {RangeError} If the widths differ, or `k` is not an integer from 1 to the number of items.
 * @example
 * ```ts
 * const users = tf.tensor2d([[1, 0], [0, 0]]);
 * const items = tf.tensor2d([[0, 1], [2, 0], [3, 3]]);
 * [...similarityGraph({ users, items }, { k: 2 }).indices] // => [1, 2]
 * ```
 */
export function similarityGraph(
  { users, items }: Embeddings,
  { k, exclude }: SimilarityGraphOptions,
): CsrMatrix {
  checkShape('similarityGraph', { items }, [null, users.shape[1]]);
  const [numUsers, numItems] = [users.shape[0], items.shape[0]];
  if (!Number.isInteger(k) || k < 1 || k > numItems) {
    throw new RangeError(
      `similarityGraph: k must be an integer from 1 to the number of items, ${numItems}, got ${k}.`,
    );
  }
  const present = Int32Array.from({ length: numUsers }, (_, user) => user).filter(hasVector(users));
  const unit = tidy(() => ({ users: l2NormalizeRows(users), items: l2NormalizeRows(items) }));
  const lists = createTopK(unit)({ users: present, k, exclude });
  dispose(unit);
  const hasItem = hasVector(items);
  return matrixOf({ lists, present, k, hasItem }, [numUsers, numItems]);
}

/** Whether a row holds a number other than 0. */
function hasVector(table: Embeddings['users']): (row: number) => boolean {
  const [, d] = table.shape;
  const values = table.dataSync();
  return (row) => values.subarray(row * d, (row + 1) * d).some((value) => value !== 0);
}

interface NearestLists {
  readonly lists: Int32Array;
  readonly present: Int32Array;
  readonly k: number;
  hasItem(item: number): boolean;
}

/** The lists of the users present, each list's items ascending, without its places left over. */
function matrixOf(
  { lists, present, k, hasItem }: NearestLists,
  [rows, columns]: readonly [number, number],
): CsrMatrix {
  const offsets = new Int32Array(rows + 1);
  const indices: Int32Array[] = [];
  present.forEach((user, place) => {
    const list = lists
      .subarray(place * k, (place + 1) * k)
      .filter((item) => item >= 0 && hasItem(item));
    offsets[user + 1] = list.length;
    indices.push(list.sort());
  });
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
  const all = new Int32Array(offsets[rows]!);
  let end = 0;
  for (const list of indices) {
    all.set(list, end);
    end += list.length;
  }
  return { rows, columns, offsets, indices: all, values: new Float32Array(all.length).fill(1) };
}
