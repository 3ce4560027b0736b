import { basename, extname } from 'node:path';
import { columnPositions } from './column-positions.js';
import { createDataset, type Dataset } from './dataset.js';
import { fileError } from './file-error.js';
import { createIntColumn, createGrowingColumn } from './growing-column.js';
import { indexIds, indexRule, maxIndex, resolveCount, type CountOptions } from './index-count.js';
import { readLines, type LineView } from './read-lines.js';
import { splitByLabels } from './split-by-labels.js';

const columns = ['userID', 'itemID', 'x_label'] as const;
const tab = 9;

/**
 * Reads an `.inter` file of MMRec: tab-separated, with a header that names the columns `userID`,
 * `itemID` and `x_label` (0 training, 1 validation, 2 test) among others. Ids are indices from 0,
 * those of items the rows of the feature files. The file is streamed.
 *
 * @throws {RangeError} For an empty file, a missing column, an id that is not an integer from 0 to
 * 2³¹ − 2, another label, or a count smaller than the ids need; naming file, line and value.
 * @throws {Error} If the file can't be read.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const file = join(await mkdtemp(join(tmpdir(), 'mmrec-')), 'shop.inter');
 * await writeFile(file, 'userID\titemID\tx_label\n0\t3\t0\n0\t1\t2\n');
 * const { train, test } = await readInter(file, { numItems: 10 });
 * [train.items[0], test.items[0], test.numItems] // => [3, 1, 10]
 * ```
 */
export async function readInter(file: string, options: CountOptions = {}): Promise<Dataset> {
  const what = `readInter: ${basename(file)}`;
  const { users, items, labels } = await readColumns(what, file);
  const numUsers = resolveCount(what, options, {
    option: 'numUsers',
    ids: 'userID',
    indices: users,
  });
  const numItems = resolveCount(what, options, {
    option: 'numItems',
    ids: 'itemID',
    indices: items,
  });
  const table = {
    numUsers,
    numItems,
    users,
    items,
    source: [file],
    ...indexIds(numUsers, numItems),
  };
  return createDataset(basename(file, extname(file)), table, splitByLabels(table, labels));
}

async function readColumns(what: string, file: string) {
  const users = createIntColumn();
  const items = createIntColumn();
  const labels = createGrowingColumn((length) => new Uint8Array(length));
  let rows = 0;
  let parse: ((line: LineView) => Int32Array) | undefined;
  const visit = (line: LineView) => {
    if (!parse) {
      parse = createRowParser(what, headerOf(line));
      return;
    }
    const [user, item, label] = parse(line);
    users.push(user!);
    items.push(item!);
    labels.push(label!);
    rows++;
  };
  await readLines(file, visit).catch((error: unknown) => {
    throw fileError('readInter', file, error);
  });
  if (rows === 0) {
    const got = parse ? 'a header only' : 'an empty file';
    throw new RangeError(`${what}: must have a header and at least one interaction, got ${got}.`);
  }
  return { users: users.finish(), items: items.finish(), labels: labels.finish() };
}

function headerOf({ bytes, start, end }: LineView): string[] {
  return bytes.toString('utf8', start, end).split('\t');
}

/** Reads user, item and label of a line into an array that is used again for the next line. */
function createRowParser(what: string, header: string[]): (line: LineView) => Int32Array {
  const positions = columnPositions(what, header, columns);
  const last = Math.max(...positions);
  const slots = header.map((_, position) => positions.indexOf(position));
  const values = new Int32Array(columns.length);
  return (line) => {
    let at = line.start;
    for (let position = 0; position <= last; position++) {
      if (at > line.end) throw tooFewColumns(what, line, header.length);
      let stop = at;
      while (stop < line.end && line.bytes[stop] !== tab) stop++;
      const slot = slots[position]!;
      if (slot !== -1) {
        const value = parseIndex(line.bytes, at, stop);
        if (value < 0 || (slot === 2 && value > 2)) {
          const text = line.bytes.toString('utf8', at, stop);
          throw wrongValue(`${what}:${line.number}`, slot, text);
        }
        values[slot] = value;
      }
      at = stop + 1;
    }
    return values;
  };
}

/** A run of decimal digits as a number; −1 for anything else or a number past the largest index. */
function parseIndex(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
    if (value > maxIndex) return -1;
  }
  return value;
}

function tooFewColumns(what: string, line: LineView, expected: number): RangeError {
  const got = headerOf(line).length;
  return new RangeError(`${what}:${line.number}: must have ${expected} columns, got ${got}.`);
}

function wrongValue(place: string, slot: number, text: string): RangeError {
  const rule = slot === 2 ? 'must be 0 (train), 1 (validation) or 2 (test)' : indexRule;
  return new RangeError(`${place}: ${columns[slot]} ${rule}, got '${text}'.`);
}
