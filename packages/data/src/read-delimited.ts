import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { columnPositions } from './column-positions.js';
import type { TableRows } from './table-rows.js';

/** Streams the rows of a CSV or TSV file with a header. */
export async function readDelimited(
  file: string,
  rows: TableRows,
  delimiter: string,
): Promise<void> {
  const what = `readTable: ${basename(file)}`;
  let header: string[] | undefined;
  let positions: number[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    relax_column_count: true,
    // Tab-separated text seldom quotes, and may hold a quote anywhere.
    relax_quotes: delimiter === '\t',
    skip_empty_lines: true,
    onRecord: (record: string[], { lines }) => {
      const place = () => `${what}:${lines}`;
      if (!header) {
        header = record;
        positions = columnPositions(what, header, rows.names);
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
    await pipeline(createReadStream(file), parser.resume());
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = error.message.replaceAll(/\s+/g, ' ').replace(/\.?$/, '');
    throw new SyntaxError(`${what}: must be well-formed CSV, got: ${reason}.`);
  }
}
