import { createDataset, type Dataset } from './dataset.js';
import { createGrowingColumn, createIntColumn } from './growing-column.js';
import { indexIds, resolveCount, type CountOptions } from './index-count.js';
import { splitByLabels } from './split-by-labels.js';

/** How to make a dataset of what was collected. */
interface LabelledPairsResult {
  /** Start of messages: function and folder. */
  readonly what: string;
  readonly name: string;
  readonly source: readonly string[];
  readonly counts: CountOptions;
}

/** Collects interactions of three splits that come one after another. */
export function createLabelledPairs() {
  const users = createIntColumn();
  const items = createIntColumn();
  const labels = createGrowingColumn((length) => new Uint8Array(length));
  return {
    /** Adds an interaction; label 0 training, 1 validation, 2 test. */
    add: (user: number, item: number, label: number): void => {
      users.push(user);
      items.push(item);
      labels.push(label);
    },
    finish: ({ what, name, source, counts }: LabelledPairsResult): Dataset => {
      const pairs = { users: users.finish(), items: items.finish() };
      const count = (option: keyof CountOptions, ids: string, indices: Int32Array) =>
        resolveCount(what, counts, { option, ids, indices });
      const numUsers = count('numUsers', 'user', pairs.users);
      const numItems = count('numItems', 'item', pairs.items);
      const table = { ...pairs, numUsers, numItems, source, ...indexIds(numUsers, numItems) };
      return createDataset(name, table, splitByLabels(table, labels.finish()));
    },
  };
}
