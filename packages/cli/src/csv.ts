/** Rows as CSV (RFC 4180), with a heading; an undefined cell is empty. */
export function formatCsv(
  heading: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return [heading, ...rows].map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}

function formatCell(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
