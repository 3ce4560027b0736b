import { access } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileError } from './file-error.js';
import type { InteractionTable } from './interaction-table.js';
import { readDelimited } from './read-delimited.js';
import { readJsonLines } from './read-json-lines.js';
import { readParquet } from './read-parquet.js';
import { createTableRows, type TableColumns, type TableRows } from './table-rows.js';

/** Kinds of table that {@link readTable} reads. */
export type TableFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet';

/** Options of {@link readTable}: the names of the columns, and the format. */
export interface ReadTableOptions extends TableColumns {
  /** By default from the file's extension: .csv, .tsv, .jsonl, .ndjson or .parquet. */
  readonly format?: TableFormat;
}

const extensions: Readonly<Record<string, TableFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
};

const readers: Readonly<Record<TableFormat, (file: string, rows: TableRows) => Promise<void>>> = {
  csv: (file, rows) => readDelimited(file, rows, ','),
  tsv: (file, rows) => readDelimited(file, rows, '\t'),
  jsonl: readJsonLines,
  parquet: readParquet,
};

/**
 * Reads interactions from a CSV, TSV, JSON-lines or Parquet table with the columns named. External
 * ids are text or integers, mapped to indices in order of first appearance. Files are streamed
 * (Parquet by row group).
 *
 * @returns Interactions to filter and split; labels, ratings and timestamps for the columns named.
 * @throws {RangeError} For an empty file, a missing column, or a wrong value; naming file, line and
 * value.
 * @throws {SyntaxError} For a file that is not of its format.
 * @throws {TypeError} For an unknown format.
 * @throws {Error} If the file can't be read.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const file = join(await mkdtemp(join(tmpdir(), 'mmrec-')), 'likes.csv');
 * await writeFile(file, 'who,what,stars\nann,hat,5\nbob,shoe,3\nann,shoe,4\n');
 * const table = await readTable(file, { user: 'who', item: 'what', rating: 'stars' });
 * table.items // => [0, 1, 1]
 * table.itemIds.ids // => ['hat', 'shoe']
 * table.ratings // => [5, 3, 4]
 * ```
 */
export async function readTable(
  file: string,
  options: ReadTableOptions,
): Promise<InteractionTable> {
  const format = options.format ?? extensions[extname(file).toLowerCase()];
  if (format === undefined || !Object.hasOwn(readers, format)) {
    const got = options.format === undefined ? extname(file) : options.format;
    const known = Object.keys(readers).join(', ');
    throw new TypeError(
      `readTable: ${basename(file)}: format must be one of ${known}, got '${got}'.`,
    );
  }
  const rows = createTableRows(options);
  try {
    await access(file);
    await readers[format](file, rows);
  } catch (error) {
    throw fileError('readTable', file, error);
  }
  const table = rows.finish([file]);
  if (table) return table;
  throw new RangeError(`readTable: ${basename(file)}: must hold interactions, got none.`);
}
