import type { Interactions } from '@mmrec/core';
import { createIdIndexer, type IdMap } from './id-map.js';

/** Interactions with what may be known of each, as columns of equal length. */
export interface InteractionColumns extends Interactions {
  /** External ids of the users; without them a user's id is its index. */
  readonly userIds?: IdMap;
  /** External ids of the items; without them an item's id is its index. */
  readonly itemIds?: IdMap;
  /** Split of each interaction: 0 training, 1 validation, 2 test. */
  readonly labels?: Uint8Array;
  readonly ratings?: Float32Array;
  /** Times in any one unit, ascending with time. */
  readonly timestamps?: Float64Array;
  /** Files that were read. */
  readonly source?: readonly string[];
}

/** Interactions with external ids, before they are split. */
export interface InteractionTable extends InteractionColumns {
  readonly userIds: IdMap;
  readonly itemIds: IdMap;
}

/** Columns of {@link createInteractionTable}, all of one length. */
export interface InteractionTableInputs {
  /** External id of each interaction's user. */
  readonly users: ArrayLike<string>;
  /** External id of each interaction's item. */
  readonly items: ArrayLike<string>;
  /** Split of each interaction: 0 training, 1 validation, 2 test. */
  readonly labels?: ArrayLike<number>;
  readonly ratings?: ArrayLike<number>;
  readonly timestamps?: ArrayLike<number>;
}

/**
 * Interactions in memory, external ids mapped to indices in order of first appearance.
 *
 * @throws {RangeError} If the columns differ in length.
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'bob', 'ann'], items: ['hat', 'hat', 'shoe'] });
 * table.users // => [0, 1, 0]
 * table.itemIds.ids // => ['hat', 'shoe']
 * ```
 */
export function createInteractionTable(columns: InteractionTableInputs): InteractionTable {
  const { users, items, labels, ratings, timestamps } = columns;
  checkSameLength('createInteractionTable', { ...columns });
  const userIds = createIdIndexer();
  const itemIds = createIdIndexer();
  const userIndices = Int32Array.from(users, (id) => userIds.index(id));
  const itemIndices = Int32Array.from(items, (id) => itemIds.index(id));
  const userMap = userIds.finish();
  const itemMap = itemIds.finish();
  return {
    numUsers: userMap.ids.length,
    numItems: itemMap.ids.length,
    users: userIndices,
    items: itemIndices,
    userIds: userMap,
    itemIds: itemMap,
    ...(labels && { labels: Uint8Array.from(labels) }),
    ...(ratings && { ratings: Float32Array.from(ratings) }),
    ...(timestamps && { timestamps: Float64Array.from(timestamps) }),
  };
}

/**
 * Checks that columns have as many rows as the first.
 *
 * @throws {RangeError} If a length differs.
 */
export function checkSameLength(
  where: string,
  columns: Readonly<Record<string, ArrayLike<unknown> | undefined>>,
): void {
  const present = Object.entries(columns).filter(([, column]) => column !== undefined);
  const lengths = new Set(present.map(([, column]) => column!.length));
  if (lengths.size <= 1) return;
  const got = present.map(([name, column]) => `${name} ${column!.length}`).join(', ');
  throw new RangeError(`${where}: columns must have one length, got ${got}.`);
}
