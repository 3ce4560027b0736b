/** A Markdown table as Prettier leaves it; asterisks are text. For tests that keep tables of the documentation. */
export function markdownTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [heading, ...rows].map((row) => row.map((cell) => cell.replaceAll('*', '\\*')));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
  const [head, ...body] = cells;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}
