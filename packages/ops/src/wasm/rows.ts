import type { Pointer } from './heap.js';
import type { KernelRuntime } from './runtime.js';

/** Listed rows of a table, in memory. */
export interface ListedRows {
  /** `[tableRows, columns]` */
  readonly table: Pointer;
  /** Row numbers, `[count]`. */
  readonly list: Pointer;
  readonly count: number;
  readonly columns: number;
  /** The rows side by side, `[count, columns]`. */
  readonly rows: Pointer;
}

/** Copies the listed rows of a table side by side, on all threads. */
export function gatherInto(
  runtime: KernelRuntime,
  { table, list, count, columns, rows }: ListedRows,
): void {
  runtime.parallel('gatherRows', { count, cost: columns }, (from, to) => [
    ...[table, list + 4 * from, to - from, columns, rows + 4 * from * columns],
  ]);
}

/**
 * Sets a table to the sums of the rows listed for each of its own, on all threads: each adds to rows of its own,
 * so that the rows of a sum add up in the list's order, whoever does it.
 */
export function sumInto(
  runtime: KernelRuntime,
  { table, list, count, columns, rows, tableRows }: ListedRows & { readonly tableRows: number },
): void {
  runtime.clear(table, tableRows * columns);
  const cost = (count * columns) / Math.max(tableRows, 1);
  runtime.parallel('addRows', { count: tableRows, cost, partsPerThread: 1 }, (from, to) => [
    ...[rows, list, count, columns, from, to, table],
  ]);
}
