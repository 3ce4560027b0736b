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

/** Where lines come from, and how long one may be. */
export interface LineSource {
  readonly stream: AsyncIterable<Buffer>;
  /** Bytes that a line may have at most. */
  readonly longest?: number;
  /** Start of messages. */
  readonly what: string;
}

/**
 * Visits a file's lines in order without making strings; blank lines are passed over. Holds one
 * megabyte and the longest line in memory.
 *
 * @param source - A file, or a stream of bytes.
 * @throws {RangeError} For a line that is longer than the source allows.
 */
export async function readLines(
  source: string | LineSource,
  visit: (line: LineView) => void,
): Promise<void> {
  const stream = typeof source === 'string' ? openFile(source) : source.stream;
  const line: LineView = { bytes: Buffer.alloc(0), start: 0, end: 0, number: 0 };
  const pending: Buffer[] = [];
  let pendingBytes = 0;
  let isFirst = true;
  for await (const chunk of stream) {
    const marked = isFirst && chunk.subarray(0, 3).equals(byteOrderMark);
    const bytes = marked ? chunk.subarray(3) : chunk;
    isFirst = false;
    const end = bytes.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      // Only the line that began before is copied together; the others are visited where they lie.
      const first = pending.length > 0 ? bytes.indexOf(lineFeed) + 1 : 0;
      visitBlock(Buffer.concat([...pending, bytes.subarray(0, first)]), line, visit);
      visitBlock(bytes.subarray(first, end), line, visit);
      pending.length = 0;
      pendingBytes = 0;
    }
    if (end < bytes.length) {
      pending.push(bytes.subarray(end));
      pendingBytes += bytes.length - end;
    }
    if (typeof source !== 'string') checkLength(source, line.number + 1, pendingBytes);
  }
  visitBlock(Buffer.concat(pending), line, visit);
}

function openFile(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: 1 << 20 });
}

function checkLength({ what, longest = Infinity }: LineSource, number: number, bytes: number) {
  if (bytes <= longest) return;
  throw new RangeError(
    `${what}:${number}: a line must have at most ${longest} bytes, got one that is longer.`,
  );
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
