import { UsageError } from '../../usage-error.js';

/** The tables of an export. */
export interface TableNames {
  readonly users: string;
  readonly items: string;
  /** Users with the items of their training interactions, where these are exported. */
  readonly seen: string;
}

/** By the start of its comment a table is known as made by mmrec export. */
export const commentStart = 'mmrec export: ';

/** PostgreSQL cuts names at 63 characters: what is appended here must fit. */
const longest = 40;

/**
 * The names of tables that start with a prefix. They need no quotes in SQL.
 *
 * @throws {UsageError} If the prefix is no such name.
 */
export function tableNames(prefix: string): TableNames {
  if (!/^[a-z_][a-z0-9_]*$/.test(prefix) || prefix.length > longest) {
    throw new UsageError(
      `--table must be at most ${longest} lower-case letters, digits and _, the first not a digit, got '${prefix}'.`,
    );
  }
  return { users: `${prefix}_users`, items: `${prefix}_items`, seen: `${prefix}_seen` };
}
