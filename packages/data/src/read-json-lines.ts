import { basename } from 'node:path';
import { columnPositions } from './column-positions.js';
import { readLines, shortened } from './read-lines.js';
import type { TableRows } from './table-rows.js';

/** Streams the rows of a file with one JSON object a line. */
export async function readJsonLines(file: string, rows: TableRows): Promise<void> {
  const what = `readTable: ${basename(file)}`;
  let isFirst = true;
  await readLines(file, ({ bytes, start, end, number }) => {
    const line = bytes.toString('utf8', start, end);
    if (line.trim() === '') return;
    const place = () => `${what}:${number}`;
    const record = parseObject(line, place);
    if (isFirst) columnPositions(place(), Object.keys(record), rows.names);
    isFirst = false;
    rows.add(
      rows.names.map((name) => record[name]),
      place,
    );
  });
}

function parseObject(line: string, place: () => string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Record<string, unknown>;
  }
  throw new SyntaxError(`${place()}: must be a JSON object, got '${shortened(line)}'.`);
}
