import { createReadStream } from 'node:fs';

/** A line of a file: `bytes[start … end − 1]`, without its line break. Valid until the next line. */
export interface LineView {
  bytes: Buffer;
  start: number;
  end: number;
  /** Counted from 1. */
  number: number;
}

const lineFeed = 10;
const carriageReturn = 13;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Visits a file's lines in order without making strings; blank lines are passed over. Holds one
 * megabyte and the longest line in memory.
 */
export async function readLines(file: string, visit: (line: LineView) => void): Promise<void> {
  const line: LineView = { bytes: Buffer.alloc(0), start: 0, end: 0, number: 0 };
  const pending: Buffer[] = [];
  let isFirst = true;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    let bytes = chunk as Buffer;
    if (isFirst && bytes.subarray(0, 3).equals(byteOrderMark)) bytes = bytes.subarray(3);
    isFirst = false;
    const end = bytes.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      visitBlock(Buffer.concat([...pending, bytes.subarray(0, end)]), line, visit);
      pending.length = 0;
    }
    if (end < bytes.length) pending.push(bytes.subarray(end));
  }
  visitBlock(Buffer.concat(pending), line, visit);
}

/** Visits the lines of a block, which ends where a line ends. */
function visitBlock(bytes: Buffer, line: LineView, visit: (line: LineView) => void): void {
  line.bytes = bytes;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineFeed, start);
    const next = found === -1 ? bytes.length : found;
    line.number++;
    line.start = start;
    line.end = next > start && bytes[next - 1] === carriageReturn ? next - 1 : next;
    if (line.end > line.start) visit(line);
    start = next + 1;
  }
}

/** The text of a line, shortened for a message. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
