import type { Embeddings, Interactions } from '@mmrec/core';
import { evaluateRanking } from '@mmrec/metrics';
import { createTopK, gatherRows } from '@mmrec/ops';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import { rankingOf, type EvaluationInputs, type EvaluationOptions } from '../evaluate.js';
import type { ItemGroups } from './item-groups.js';
import { rankingAuc } from './ranking-auc.js';

/** How {@link evaluateItemGroups} judges. */
export interface ItemGroupOptions extends EvaluationOptions {
  /**
   * What a group's items are ranked among: `group` (the default), only each other, as cold-start tables have it; or
   * `all` items, as users see it.
   */
  readonly among?: 'group' | 'all';
}

/** How well items of a group are found. */
export interface ItemGroupScore {
  readonly group: string;
  /** Number of items in the group. */
  readonly items: number;
  /** Users with something to find in it. */
  readonly users: number;
  /** Means over these users, by names such as `recall@20`; and `auc`, 0.5 for chance ({@link rankingAuc}). */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Judges embeddings by group of items: what users want of a group, ranked among its items or among all.
 *
 * @param embeddings - Users and items; not disposed.
 * @param inputs - Training interactions, masked out of every ranking, and held-out ones.
 * @param options - `groups` by name, such as those of {@link itemGroups}; the others as for `evaluate`.
 * @returns A score for each group, in their order.
 */
export async function evaluateItemGroups(
  embeddings: Embeddings,
  { train, heldOut }: EvaluationInputs,
  { groups, among = 'group', ...options }: ItemGroupOptions & { readonly groups: ItemGroups },
): Promise<ItemGroupScore[]> {
  const judged = options.protocol === 'lattice' ? heldOut : ofKnownUsers(heldOut, train);
  const scores: ItemGroupScore[] = [];
  for (const [group, items] of Object.entries(groups)) {
    const placeOf = new Int32Array(train.numItems).fill(-1);
    items.forEach((item, place) => (placeOf[item] = among === 'group' ? place : item));
    const numItems = among === 'group' ? items.length : train.numItems;
    const part = {
      train: among === 'group' ? restrict(train, { placeOf, numItems }) : train,
      heldOut: restrict(judged, { placeOf, numItems }),
    };
    const table = tidy(() => ({
      users: embeddings.users.clone(),
      items: among === 'group' ? gatherRows(embeddings.items, items) : embeddings.items.clone(),
    }));
    // Whoever has no training items in a group has some elsewhere.
    const coldUsers = 'evaluate';
    const ranking = { ...rankingOf(part, options), topK: createTopK(table), coldUsers } as const;
    const { users, mean } = await evaluateRanking(ranking);
    const auc = rankingAuc(table, part);
    dispose(table);
    scores.push({
      ...{ group, items: items.length, users: users.length },
      metrics: { ...mean, auc },
    });
  }
  return scores;
}

/** Interactions of users who have training interactions. */
function ofKnownUsers(split: Interactions, train: Interactions): Interactions {
  const isKnown = new Uint8Array(train.numUsers);
  for (const user of train.users) isKnown[user] = 1;
  return pickRows(split, (row) => isKnown[split.users[row]!] === 1);
}

/** Interactions with some items only, by their new numbers. */
function restrict(
  split: Interactions,
  { placeOf, numItems }: { readonly placeOf: Int32Array; readonly numItems: number },
): Interactions {
  const { items, ...rest } = pickRows(split, (row) => placeOf[split.items[row]!]! >= 0);
  return { ...rest, numItems, items: items.map((item) => placeOf[item]!) };
}

function pickRows(split: Interactions, keep: (row: number) => boolean): Interactions {
  const rows = Int32Array.from(split.items.keys()).filter(keep);
  return {
    ...split,
    users: rows.map((row) => split.users[row]!),
    items: rows.map((row) => split.items[row]!),
  };
}
