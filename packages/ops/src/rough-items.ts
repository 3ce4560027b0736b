import type { Pointer } from './wasm/heap.js';
import { blocksOf } from './wasm/partition.js';
import type { Block, KernelRuntime } from './wasm/runtime.js';

/** Where items' rows lie. */
export interface ItemTable {
  readonly items: Pointer;
  readonly numItems: number;
  readonly columns: number;
}

/** Where rounding pays: enough users for the items to be rounded for, and products long enough. */
const [leastUsers, leastColumns, mostColumns] = [32, 16, 512];

/** Numbers that rounded items may take: 256 MiB. */
const mostRough = 2 ** 26;

/** Items as whole numbers of two bytes. */
export interface RoughItems {
  /** In panels of eight items, as the kernel `roundItems` writes them. */
  readonly block: Block;
  /** Largest whole number. */
  readonly largest: number;
  /** Largest absolute number of the items, and largest sum of an item's absolute numbers. */
  readonly extent: number;
  readonly sum: number;
}

/** Rounds the items for rough products; undefined where that doesn't pay or isn't possible. */
export function roundItems(
  runtime: KernelRuntime,
  table: ItemTable,
  numUsers: number,
): RoughItems | undefined {
  const { items, numItems, columns } = table;
  // Four bytes for two columns.
  const pairs = Math.ceil(columns / 2);
  const size = 8 * Math.ceil(numItems / 8) * pairs;
  if (numUsers < leastUsers || columns < leastColumns || columns > mostColumns) return undefined;
  if (size > mostRough) return undefined;
  const { extent, sum } = extentOf(runtime, table);
  if (!(extent < 1e30 && extent > 1e-30)) return undefined;
  const block = runtime.allocate(size, `${numItems} rounded items`);
  // As many as there can be without a sum of products that leaves 31 bits.
  const largest = Math.min(32_767, Math.floor(Math.sqrt((2 ** 31 - 1) / (2 * pairs))));
  const division = { count: numItems, cost: 2 * columns, multipleOf: 8 };
  runtime.parallel('roundItems', division, (from, to) => [
    ...[items + 4 * from * columns, to - from, columns, largest / extent],
    block.pointer + 4 * from * pairs,
  ]);
  return { block, largest, extent, sum };
}

/** Infinite where a number isn't finite. */
function extentOf(
  runtime: KernelRuntime,
  { items, numItems, columns }: ItemTable,
): { extent: number; sum: number } {
  const size = Math.max(1, Math.ceil(numItems / (4 * runtime.threads)));
  const ranges = blocksOf(numItems, size);
  const found = runtime.allocate(4 * ranges.length);
  runtime.each('extentOfRows', ranges, ([from, to]) => [
    ...[items + 4 * from * columns, to - from, columns, found.pointer + 16 * (from / size)],
  ]);
  const numbers = new Float64Array(runtime.heap.memory.buffer, found.pointer, 2 * ranges.length);
  const largestOf = (first: number) =>
    ranges.reduce((largest, _, at) => Math.max(largest, numbers[2 * at + first]!), 0);
  const result = { extent: largestOf(0), sum: largestOf(1) };
  found.release();
  return result;
}
