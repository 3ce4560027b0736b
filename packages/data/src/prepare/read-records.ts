import { columnPositions } from '../column-positions.js';
import { readDelimitedStream } from '../read-delimited.js';
import { readLines } from '../read-lines.js';
import { openSource } from './open-source.js';
import { createFieldPicker } from './pick-fields.js';
import { parseRecord } from './parse-record.js';
import type { SourceFile } from './source-file.js';

/** Bytes of the longest line that is read: a hostile file must not fill the memory. */
const longestLine = 16 * 1024 * 1024;

/** What is wanted of a text file's rows. */
export interface RecordReader {
  /** Columns whose cells are wanted. */
  readonly names: readonly string[];
  /** Columns that the first row must have. */
  readonly required: readonly string[];
  /**
   * @param cells - The row's values in the order of `names`; `undefined` for what it lacks.
   * @param place - Where the row is, for messages.
   */
  add(cells: readonly unknown[], place: () => string): void;
  onBytes?(bytes: number): void;
  /** The cells are texts and numbers: they can be picked from a line without parsing all of it. */
  readonly isPlain?: boolean;
}

/**
 * Streams the rows of JSON lines (or lines of Python literals), CSV or TSV.
 *
 * @throws {SyntaxError} For a line that is not of the format, naming file and line.
 * @throws {RangeError} For a missing column, or a line longer than {@link longestLine}.
 * @throws {Error} If the file can't be read or is damaged.
 */
export async function readRecords(source: SourceFile, reader: RecordReader): Promise<void> {
  const what = `prepareDataset: ${source.name}`;
  const stream = openSource(source, (bytes) => reader.onBytes?.(bytes));
  if (source.format === 'jsonl') return readJsonRecords({ stream, what }, reader);
  const delimiter = source.format === 'tsv' ? '\t' : ',';
  const { required } = reader;
  const add = (cells: readonly unknown[], place: () => string) => reader.add(cells, place);
  await readDelimitedStream(
    { stream, what, delimiter, longest: longestLine },
    { names: reader.names, required, add },
  );
}

async function readJsonRecords(
  { stream, what }: { readonly stream: AsyncIterable<Buffer>; readonly what: string },
  reader: RecordReader,
): Promise<void> {
  let isFirst = true;
  const pick = reader.isPlain ? createFieldPicker(reader.names) : undefined;
  await readLines({ stream, what, longest: longestLine }, ({ bytes, start, end, number }) => {
    const place = () => `${what}:${number}`;
    const picked = pick?.(bytes, start, end);
    if (picked && !picked.includes(undefined)) {
      isFirst = false;
      reader.add(picked, place);
      return;
    }
    const line = bytes.toString('utf8', start, end);
    if (line.trim() === '') return;
    const record = parseRecord(line, place);
    if (isFirst) columnPositions(place(), Object.keys(record), reader.required);
    isFirst = false;
    reader.add(
      reader.names.map((name) => (Object.hasOwn(record, name) ? record[name] : undefined)),
      place,
    );
  });
}
