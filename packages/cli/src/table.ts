/** Rows as an aligned text table, numbers to the right and words to the left, a rule under the heading. */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const columns = heading.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    return {
      width: Math.max(title.length, ...cells.map((cell) => cell.length)),
      right: cells.length > 0 && cells.every((cell) => /^[-−+]?[\d.,]+$|^–?$/.test(cell)),
    };
  });
  const line = (cells: readonly string[]) =>
    columns
      .map(({ width, right }, column) => {
        const cell = cells[column] ?? '';
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = columns.map(({ width }) => '─'.repeat(width)).join('  ');
  return [line(heading), rule, ...rows.map(line)].join('\n');
}

/** A metric to four decimals without the leading zero, as the field prints them. */
export function formatMetric(value: number): string {
  return value.toFixed(4).replace(/^0/, '');
}

/** A difference of metrics, with its sign. */
export function formatDifference(value: number): string {
  return (value < 0 ? '−' : '+') + formatMetric(Math.abs(value));
}
