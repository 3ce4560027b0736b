import { closeSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { quoted, type Database } from './database.js';

/** Interactions on their way into the database. */
export interface Spool {
  /**
   * @param ids - The user's and the item's.
   * @param numbers - Rating and time with a tab between them; empty for what is not known.
   */
  add(row: number, ids: readonly [user: string, item: string], numbers: string): void;
  /** Puts the rows into the table `reviews`. */
  finish(): Promise<void>;
  /** Removes the file. */
  remove(): Promise<void>;
}

const textAtOnce = 1 << 18;
const special = /[\t\r\n"]/;

/**
 * Collects rows in a tab-separated file that the engine then reads with all its threads: handing
 * them over value by value takes this process four times as long.
 *
 * @param file - Written, read and removed.
 */
export function createSpool(database: Database, file: string): Spool {
  const descriptor = openSync(file, 'w');
  let isOpen = true;
  let text = '';
  let hasBreaks = false;
  const cell = (value: string) => {
    if (!special.test(value)) return value;
    hasBreaks ||= /[\r\n]/.test(value);
    return `"${value.replaceAll('"', '""')}"`;
  };
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    add: (row, [user, item], numbers) => {
      text += `${row}\t${cell(user)}\t${cell(item)}\t${numbers}\n`;
      if (text.length < textAtOnce) return;
      writeSync(descriptor, text);
      text = '';
    },
    finish: async () => {
      writeSync(descriptor, text);
      close();
      // A line break within quotes may look like the end of a row to a thread that starts there.
      await database.run(`
        INSERT INTO reviews SELECT * FROM read_csv(${quoted(file)},
          auto_detect = false, header = false, delim = '\\t', quote = '"', escape = '"', new_line = '\\n',
          parallel = ${!hasBreaks}, columns = {'row': 'INTEGER', 'user': 'VARCHAR', 'item': 'VARCHAR',
          'rating': 'DOUBLE', 'time': 'DOUBLE'})`);
    },
    remove: async () => {
      close();
      await rm(file, { force: true });
    },
  };
}
