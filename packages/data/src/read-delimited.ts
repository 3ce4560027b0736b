import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { columnPositions } from './column-positions.js';
import type { TableRows } from './table-rows.js';

/** Receives rows; see {@link TableRows}. */
interface RowReceiver extends Pick<TableRows, 'names' | 'add'> {
  /** Columns that the header must have; by default all names. */
  readonly required?: readonly string[];
}

/** Streams the rows of a CSV or TSV file with a header. */
export async function readDelimited(
  file: string,
  rows: RowReceiver,
  delimiter: string,
): Promise<void> {
  const what = `readTable: ${basename(file)}`;
  await readDelimitedStream({ stream: createReadStream(file), what, delimiter }, rows);
}

/** Delimited text from anywhere. */
interface DelimitedSource {
  readonly stream: AsyncIterable<Buffer>;
  /** Start of messages: function and file. */
  readonly what: string;
  readonly delimiter: string;
  /** Bytes that a row may have at most. */
  readonly longest?: number;
}

/** Streams the rows of delimited text with a header. */
export async function readDelimitedStream(
  { stream, what, delimiter, longest = 0 }: DelimitedSource,
  rows: RowReceiver,
): Promise<void> {
  let header: string[] | undefined;
  let positions: number[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    max_record_size: longest,
    relax_column_count: true,
    // Tab-separated text seldom quotes, and may hold a quote anywhere.
    relax_quotes: delimiter === '\t',
    skip_empty_lines: true,
    onRecord: (record: string[], { lines }) => {
      const place = () => `${what}:${lines}`;
      if (!header) {
        header = record;
        columnPositions(what, header, rows.required ?? rows.names);
        positions = rows.names.map((name) => record.indexOf(name));
      } else if (record.length === header.length) {
        rows.add(
          positions.map((position) => record[position]),
          place,
        );
      } else {
        throw new RangeError(
          `${place()}: must have ${header.length} columns, got ${record.length}.`,
        );
      }
      return null;
    },
  });
  try {
    await pipeline(stream, parser.resume());
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = error.message.replaceAll(/\s+/g, ' ').replace(/\.?$/, '');
    throw new SyntaxError(`${what}: must be well-formed CSV, got: ${reason}.`);
  }
}
