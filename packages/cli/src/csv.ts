import { stringify } from 'csv-stringify/sync';

/** Rows as CSV (RFC 4180), with a heading; an undefined cell is empty. */
export function formatCsv(
  heading: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return stringify([heading, ...rows] as string[][], { record_delimiter: 'windows' });
}
