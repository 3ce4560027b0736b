import { createHash } from 'node:crypto';
import { quoted, type Database } from './database.js';

/** Work kept in the database, each piece under the hash of what it was made from. */
export interface Stages {
  /**
   * Does a piece of work, unless it was done from the same inputs before and is still there.
   */
  once<T>(name: string, stage: Stage<T>): Promise<{ readonly value: T; readonly isKept: boolean }>;
}

/** A piece of work. */
export interface Stage<T> {
  /** All that the outcome depends on, fit for JSON. */
  readonly inputs: unknown;
  /** Returns what is to be remembered of it, fit for JSON. */
  work(): Promise<T>;
  /** Whether what it made outside the database is still there. */
  isThere?(): boolean;
}

/** Raised whenever the tables or their meaning change: older work is then done again. */
const format = 1;

/** The stages of a work folder's database. */
export async function openStages(database: Database): Promise<Stages> {
  await database.run(
    'CREATE TABLE IF NOT EXISTS stages (name VARCHAR, key VARCHAR, value VARCHAR)',
  );
  return {
    once: async <T>(name: string, { inputs, work, isThere = () => true }: Stage<T>) => {
      const key = createHash('sha256')
        .update(JSON.stringify([format, database.version, name, inputs]))
        .digest('hex');
      const [found] = await database.first(
        `SELECT value FROM stages WHERE name = ${quoted(name)} AND key = ${quoted(key)}`,
      );
      if (typeof found === 'string' && isThere())
        return { value: JSON.parse(found) as T, isKept: true };
      await database.run(`DELETE FROM stages WHERE name = ${quoted(name)}`);
      const value = await work();
      const cells = [name, key, JSON.stringify(value)].map(quoted).join(', ');
      await database.run(`INSERT INTO stages VALUES (${cells})`);
      await database.run('CHECKPOINT');
      return { value, isKept: false };
    },
  };
}
