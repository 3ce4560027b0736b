import { defineOptions, type Interactions, type Rng } from '@mmrec/core';
import type { Splits } from './dataset.js';
import { splitByLabels } from './split-by-labels.js';

/** Options of {@link holdOutItems}. */
export interface HoldOutItemsOptions {
  /** Share of the items that are held out, above 0 and below 1; default 0.2, rounded to whole items, at least one. */
  readonly share?: number;
  /** Draws the items. */
  readonly rng: Rng;
}

/** Splits in which some items are new: nobody has them in training or validation. */
export interface ItemHoldOut extends Splits {
  /** The items held out, ascending. */
  readonly coldItems: Int32Array;
}

const options = defineOptions<{ share: number }>({
  share: { kind: 'number', default: 0.2, above: 0, below: 1, description: 'Share held out.' },
});

/**
 * Makes a share of the items new: all their interactions, from training and validation too, become test interactions.
 * A model that trains on what is left knows nothing of them but their content, and validation judges it by the items
 * that it can know.
 *
 * Items are drawn among those that have training interactions: which, depends on `rng` and these only. Users who
 * are left without training interactions stay, as cold users.
 *
 * @param splits - Not changed.
 * @throws {TypeError | RangeError} If the share is none, or fewer than 2 items have training interactions.
 * @see Schein et al., Methods and metrics for cold-start recommendations, SIGIR 2002.
 * @example
 * ```ts
 * const table = createInteractionTable({ users: ['ann', 'ann', 'bob'], items: ['a', 'b', 'b'] });
 * const splits = splitByLabels(table, [0, 0, 0]);
 * const { train, test, coldItems } = holdOutItems(splits, { share: 0.5, rng: createRng(1) });
 * coldItems.length // => 1
 * train.items.includes(coldItems[0]!) // => false
 * train.items.length + test.items.length // => 3
 * ```
 */
export function holdOutItems(
  splits: Splits,
  { share: given, rng }: HoldOutItemsOptions,
): ItemHoldOut {
  const { share } = options.resolve('holdOutItems', given === undefined ? {} : { share: given });
  const { train, validation, test } = splits;
  const known = Int32Array.from(new Set(train.items)).sort();
  if (known.length < 2) {
    throw new RangeError(
      `holdOutItems: at least 2 items must have training interactions, got ${known.length}.`,
    );
  }
  const count = Math.min(Math.max(1, Math.round(share * known.length)), known.length - 1);
  const coldItems = rng.stream('items').shuffle(known).slice(0, count).sort();
  const isCold = new Uint8Array(train.numItems);
  for (const item of coldItems) isCold[item] = 1;
  const parts = [train, validation, test];
  const labels = parts.flatMap(({ items }, label) =>
    Array.from(items, (item) => (isCold[item] ? 2 : label)),
  );
  const joined = {
    ...train,
    users: joinedColumn(parts, 'users'),
    items: joinedColumn(parts, 'items'),
  };
  return { ...splits, ...splitByLabels(joined, labels), coldItems };
}

function joinedColumn(parts: readonly Interactions[], column: 'users' | 'items'): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part[column]]));
}
