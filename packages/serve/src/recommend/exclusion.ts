import { compileFilter } from './item-filter.js';
import type { ItemTable } from './item-table.js';
import type { RecommendOptions } from './query.js';

/** Rows that an answer must not contain, ascending. */
export type Exclusion = (history: Int32Array, options: RecommendOptions) => Int32Array;

/** What history, `exclude` and `filter` leave out. */
export function createExclusion(table: ItemTable): Exclusion {
  return (history, { exclude = [], filter, repeat = false }) => {
    const leftOut = new Set<number>(repeat ? [] : history);
    for (const id of exclude) {
      const row = table.rowOf(id);
      if (row !== undefined) leftOut.add(row);
    }
    if (filter) {
      const test = compileFilter(filter, table.fields);
      table.details.forEach((item, row) => {
        if (!test(item)) leftOut.add(row);
      });
    }
    // A history is ascending already.
    return leftOut.size === history.length && !filter && exclude.length === 0
      ? history
      : Int32Array.from(leftOut).sort();
  };
}
