import type { Interactions } from '@mmrec/core';
import { createIndexIdMap, type IdMap } from './id-map.js';
import type { InteractionColumns } from './interaction-table.js';

/** How each user's interactions were divided; published tables use one or the other. */
export type SplitProtocol = 'mmrec' | 'lattice';

/** Interactions to learn from, to choose by, and to be judged on. No pair occurs twice in one of them. */
export interface Splits {
  readonly train: Interactions;
  readonly validation: Interactions;
  readonly test: Interactions;
  /** Rows left out because an earlier row held the same user and item. */
  readonly duplicates?: number;
  /** The protocol that made the splits; absent for splits that came labelled. */
  readonly protocol?: SplitProtocol;
}

/** Interactions in three splits, with the external ids of users and items. */
export interface Dataset extends Splits {
  readonly name: string;
  readonly users: IdMap;
  readonly items: IdMap;
  /** Files that were read. */
  readonly source: readonly string[];
}

/**
 * Joins splits with the ids of the table that they were made from.
 *
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'ann', 'bob'], items: ['a', 'b', 'a'] });
 * const dataset = createDataset('shop', table, splitByLabels(table, [0, 2, 0]));
 * dataset.test.items // => [1]
 * dataset.users.ids // => ['ann', 'bob']
 * ```
 */
export function createDataset(name: string, table: InteractionColumns, splits: Splits): Dataset {
  return {
    name,
    users: table.userIds ?? createIndexIdMap(table.numUsers),
    items: table.itemIds ?? createIndexIdMap(table.numItems),
    ...splits,
    source: table.source ?? [],
  };
}
