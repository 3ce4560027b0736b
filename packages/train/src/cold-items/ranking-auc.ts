import { itemsByUser, type Embeddings, type ItemLists } from '@mmrec/core';
import { gatherRows, valuesOf } from '@mmrec/ops';
import { matMul } from '@tensorflow/tfjs-core';
import type { EvaluationInputs } from '../evaluate.js';

/** Users whose scores are in memory at a time. */
const blockSize = 256;

/**
 * Share of pairs of an item that a user wants and one that they have no interaction with in which the former has the
 * larger score, ties counted half; the mean over users who want something. 0.5 is chance, whatever the number of
 * items.
 *
 * $$\mathrm{AUC}_u = \frac{1}{|P_u| |N_u|} \sum_{i \in P_u} \sum_{j \in N_u} [s_{ui} > s_{uj}] + \tfrac12 [s_{ui} = s_{uj}]$$
 *
 * Needs all scores of a user: users × items products. Beyond `mostUsers`, that many are taken, evenly spaced.
 *
 * @param embeddings - Users and items; not disposed.
 * @param inputs - Training interactions, whose items are left out, and held-out ones.
 * @param mostUsers - Users that are judged at most; default 2000.
 * @returns NaN where no user wants something.
 * @see Rendle et al., BPR: Bayesian personalized ranking from implicit feedback, UAI 2009, §4.1.
 *   https://arxiv.org/abs/1205.2618
 * @example
 * ```ts
 * const embeddings = { users: tf.tensor2d([[1]]), items: tf.tensor2d([[3], [2], [1], [0]]) };
 * const pairs = (...items: number[]) => ({ numUsers: 1, numItems: 4, users: new Int32Array(items.length), items: Int32Array.from(items) });
 * rankingAuc(embeddings, { train: pairs(3), heldOut: pairs(1) }) // => 0.5
 * ```
 */
export function rankingAuc(
  embeddings: Embeddings,
  { train, heldOut }: EvaluationInputs,
  mostUsers = 2000,
): number {
  const [wanted, known] = [itemsByUser(heldOut), itemsByUser(train)];
  const all = Int32Array.from({ length: heldOut.numUsers }, (_, user) => user).filter(
    (user) => wanted.offsets[user + 1]! > wanted.offsets[user]!,
  );
  const step = Math.max(1, all.length / mostUsers);
  const users = Int32Array.from({ length: Math.floor(all.length / step) }, (_, at) => {
    return all[Math.floor(at * step)]!;
  });
  const numItems = embeddings.items.shape[0];
  let [sum, count] = [0, 0];
  for (let start = 0; start < users.length; start += blockSize) {
    const block = users.slice(start, start + blockSize);
    const scores = valuesOf(() =>
      matMul(gatherRows(embeddings.users, block), embeddings.items, false, true),
    );
    block.forEach((user, row) => {
      const own = scores.subarray(row * numItems, (row + 1) * numItems);
      const auc = aucOfUser(own, listOf(wanted, user), listOf(known, user));
      if (Number.isNaN(auc)) return;
      sum += auc;
      count++;
    });
  }
  return count === 0 ? NaN : sum / count;
}

/** NaN where there is nothing to compare. */
function aucOfUser(scores: Float32Array, wanted: Int32Array, known: Int32Array): number {
  const targets = wanted.filter((item) => !known.includes(item));
  const without = [...new Set([...known, ...wanted])];
  const others = scores.length - without.length;
  if (others === 0 || targets.length === 0) return NaN;
  let sum = 0;
  for (const item of targets) {
    const score = scores[item]!;
    // Among all items, less those that aren't compared with: users have few, and nothing need be sorted.
    let wins = 0;
    for (const other of scores) wins += winOver(other, score);
    for (const other of without) wins -= winOver(scores[other]!, score);
    sum += wins;
  }
  return sum / others / targets.length;
}

const winOver = (other: number, score: number) => (other < score ? 1 : other === score ? 0.5 : 0);

const listOf = ({ offsets, items }: ItemLists, user: number) =>
  items.subarray(offsets[user], offsets[user + 1]);
