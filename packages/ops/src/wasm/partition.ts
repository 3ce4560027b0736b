/** First and last-but-one number of a part. */
export type Range = readonly [from: number, to: number];

/** Work that is worth a thread of its own: some 50 microseconds of multiplications and memory. */
const grain = 65_536;

/** How work is divided. */
export interface Division {
  readonly threads: number;
  /** Rows to divide. */
  readonly count: number;
  /** Multiplications, or numbers read and written, of one row. */
  readonly cost: number;
  /** Parts start at multiples of this. */
  readonly multipleOf?: number;
  /** Parts a thread at most: more even the threads' ends out, at the cost of what each part does first. */
  readonly partsPerThread?: number;
}

/** Divides `count` rows into ranges for the threads: one range where a division wouldn't pay. */
export function divide({
  threads,
  count,
  cost,
  multipleOf = 1,
  partsPerThread = 4,
}: Division): Range[] {
  const parts = numParts(threads, count * cost, partsPerThread);
  const size = Math.max(1, Math.ceil(count / parts / multipleOf)) * multipleOf;
  return count > 0 ? blocksOf(count, size) : [[0, count]];
}

/**
 * Divides the rows of a sparse matrix so that the ranges hold about as many entries each, however long single
 * rows are.
 */
export function divideByEntries(
  offsets: Int32Array,
  { threads, cost }: Pick<Division, 'threads' | 'cost'>,
): Range[] {
  const rows = offsets.length - 1;
  const entries = offsets[rows]!;
  // A row's own cost keeps ranges of empty rows from growing without bound.
  const weight = (row: number) => offsets[row]! + row;
  const parts = numParts(threads, (entries + rows) * cost, 4);
  const ranges: Range[] = [];
  for (let part = 1, from = 0; part <= parts; part++) {
    const target = (weight(rows) * part) / parts;
    let low = from;
    let high = rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (weight(middle) < target) low = middle + 1;
      else high = middle;
    }
    const to = part === parts ? rows : low;
    if (to > from) ranges.push([from, to]);
    from = to;
  }
  return ranges.length ? ranges : [[0, rows]];
}

function numParts(threads: number, work: number, partsPerThread: number): number {
  if (threads === 1) return 1;
  return Math.max(1, Math.min(threads * partsPerThread, Math.floor(work / grain)));
}

/** Ranges of `size` rows, the last perhaps of fewer. */
export function blocksOf(count: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, at) => [
    at * size,
    Math.min((at + 1) * size, count),
  ]);
}
