/**
 * Rows as an aligned text table: the first column to the left, the others to the right, a rule under
 * the heading.
 */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((text, column) =>
    Math.max(text.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** A metric to four decimals without the leading zero, as the field prints them. */
export function formatMetric(value: number): string {
  return value.toFixed(4).replace(/^0/, '');
}
