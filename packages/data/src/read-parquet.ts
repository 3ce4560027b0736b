import { basename } from 'node:path';
import { asyncBufferFromFile, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { columnPositions } from './column-positions.js';
import type { TableRows } from './table-rows.js';

/** Reads the rows of a Parquet file, one row group in memory at a time. */
export async function readParquet(file: string, rows: TableRows): Promise<void> {
  const what = `readTable: ${basename(file)}`;
  const buffer = await asyncBufferFromFile(file);
  const malformed = (error: unknown): never => {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new SyntaxError(`${what}: must be a Parquet file, got: ${reason}.`);
  };
  if (buffer.byteLength === 0) return;
  const scan = await parquetScan({ file: buffer, compressors }).catch(malformed);
  const header = parquetSchema(scan.metadata).children.map(({ element }) => element.name);
  columnPositions(what, header, rows.names);
  for (const range of scan.ranges) {
    const columns = await Promise.all(
      rows.names.map((column) => scan.readColumn({ column, ...range })),
    ).catch(malformed);
    for (let row = range.rowStart; row < range.rowEnd; row++) {
      const cells = columns.map((column) => column[row - range.rowStart] as unknown);
      rows.add(cells, () => `${what}: row ${row + 1}`);
    }
  }
}
