import type { FeatureMatrix } from '@mmrec/core';

/** A matrix of item features that lies in a file and is read in parts: it may be larger than the memory. */
export interface FeatureTable {
  /** Number of items. */
  readonly rows: number;
  /** Features an item. */
  readonly columns: number;
  /** Type of the numbers in the file, by the format's name for it, such as `<f2`, `F16` or `FLOAT`. */
  readonly dtype: string;
  /** Rows `start` to `end − 1` as float32, `[end − start, columns]`. */
  readBlock(start: number, end: number): Promise<Float32Array>;
  /**
   * Rows by their numbers, in that order, `[indices.length, columns]`.
   *
   * @throws {RangeError} If a row isn't there.
   */
  readRows(indices: ArrayLike<number>): Promise<Float32Array>;
  /** All rows in order, some at a time; by default blocks of about 4 MiB. */
  blocks(rowsPerBlock?: number): AsyncIterable<FeatureBlock>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** Some consecutive rows of a table. */
export interface FeatureBlock {
  /** Number of the first row. */
  readonly start: number;
  readonly rows: number;
  /** `[rows, columns]` */
  readonly data: Float32Array;
}

/** What a file format adds to {@link FeatureTable}. */
export type TableSource = Pick<FeatureTable, 'rows' | 'columns' | 'dtype' | 'readBlock' | 'close'>;

const blockBytes = 1 << 22;

/** Completes a table from what its file format can do. */
export function featureTable(source: TableSource): FeatureTable {
  const { rows, columns } = source;
  return {
    ...source,
    readBlock: (start, end) => {
      if (start >= 0 && start <= end && end <= rows) return source.readBlock(start, end);
      const message = `readBlock: rows must lie between 0 and ${rows}, got ${start} to ${end}.`;
      return Promise.reject(new RangeError(message));
    },
    readRows: (indices) => readRows(source, indices),
    async *blocks(rowsPerBlock = Math.max(1, Math.floor(blockBytes / 4 / Math.max(1, columns)))) {
      for (let start = 0; start < rows; start += rowsPerBlock) {
        const end = Math.min(rows, start + rowsPerBlock);
        yield { start, rows: end - start, data: await source.readBlock(start, end) };
      }
    },
  };
}

/** A matrix in memory as a table. */
export function tableOfMatrix({ rows, columns, data }: FeatureMatrix): FeatureTable {
  return featureTable({
    rows,
    columns,
    dtype: 'float32',
    readBlock: (start, end) => Promise.resolve(data.slice(start * columns, end * columns)),
    close: () => Promise.resolve(),
  });
}

/** Reads runs of consecutive rows at once. */
async function readRows(
  { rows, columns, readBlock }: TableSource,
  indices: ArrayLike<number>,
): Promise<Float32Array> {
  const count = indices.length;
  const out = new Float32Array(count * columns);
  for (let at = 0; at < count; at++) {
    const row = indices[at]!;
    if (Number.isInteger(row) && row >= 0 && row < rows) continue;
    throw new RangeError(`readRows: rows must be integers from 0 to ${rows - 1}, got ${row}.`);
  }
  for (let at = 0; at < count;) {
    let end = at + 1;
    while (end < count && indices[end] === indices[end - 1]! + 1) end++;
    out.set(await readBlock(indices[at]!, indices[at]! + end - at), at * columns);
    at = end;
  }
  return out;
}
