import type { Client } from 'pg';
import type { ExportedRun } from '../exported-run.js';
import { fillPairs, fillTable } from './fill-table.js';
import { prepareDatabase } from './prepare-database.js';
import { commentStart, type TableNames } from './table-names.js';

/** How a run is loaded. */
export interface LoadTablesOptions {
  readonly tables: TableNames;
  /** Whether items get an HNSW index. */
  readonly index: boolean;
  /** Told how many rows of a table are loaded. */
  readonly onProgress: (what: string, done: number, total: number) => void;
  /** Called before the index is made. */
  readonly onIndex: () => void;
}

/** pgvector's index takes vectors up to so many dimensions. */
export const mostIndexedDimensions = 2000;

/**
 * Loads embeddings into new tables, which then take the place of earlier ones of their names: all in one transaction,
 * so that others see the earlier ones until it ends, and keep them if it fails. Privileges on earlier tables are
 * granted on the new ones.
 *
 * @throws {Error} If the database has no pgvector, the user lacks a right, a table is there that was not made by this
 *   function, or a view depends on one.
 */
export async function loadTables(
  client: Client,
  run: ExportedRun,
  options: LoadTablesOptions,
): Promise<void> {
  const { tables, onProgress } = options;
  await client.query('BEGIN');
  try {
    // Exports to the same tables go one after the other.
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`mmrec ${tables.users}`]);
    const names = [tables.users, tables.items, tables.seen];
    const { privileges } = await prepareDatabase(client, names);
    await createTables(client, run, tables);
    const { users, items, seen, embeddingSize } = run;
    const target = { client, columns: embeddingSize, onProgress };
    await fillTable(target, { table: fresh(tables.users), name: 'users', contents: users });
    await fillTable(target, { table: fresh(tables.items), name: 'items', contents: items });
    if (seen) {
      await fillPairs(target, fresh(tables.seen), { lists: seen, users, items });
    }
    await createIndexes(client, run, options);
    for (const name of names) await dropTable(client, name);
    for (const name of seen ? names : names.slice(0, 2)) await moveTable(client, name);
    for (const privilege of privileges) await client.query(privilege);
    await client.query('COMMIT');
  } catch (error) {
    // What is told is what failed first.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The name that a table has while it is loaded. */
const fresh = (name: string) => `${name}_new`;

async function createTables(client: Client, run: ExportedRun, tables: TableNames): Promise<void> {
  const { config, embeddingSize, items, seen } = run;
  const embedding = `embedding vector(${embeddingSize}) NOT NULL`;
  const title = items.titles ? 'title text, ' : '';
  const definitions = [
    [tables.users, `id text NOT NULL, ${embedding}`],
    [tables.items, `id text NOT NULL, ${title}${embedding}`],
    ...(seen ? [[tables.seen, 'user_id text NOT NULL, item_id text NOT NULL'] as const] : []),
  ] as const;
  for (const [name, columns] of definitions) {
    await client.query(`CREATE TABLE ${fresh(name)} (${columns})`);
    const origin = `${config.model} on ${config.dataset.name}, seed ${config.seed}`;
    const comment = `${commentStart}${origin}`.replaceAll("'", "''");
    await client.query(`COMMENT ON TABLE ${fresh(name)} IS '${comment}'`);
  }
}

async function createIndexes(
  client: Client,
  { seen }: ExportedRun,
  { tables, index, onIndex }: LoadTablesOptions,
): Promise<void> {
  const keys = [
    [tables.users, 'id'],
    [tables.items, 'id'],
    ...(seen ? [[tables.seen, 'user_id, item_id'] as const] : []),
  ] as const;
  for (const [name, columns] of keys) {
    await client.query(
      `ALTER TABLE ${fresh(name)} ADD CONSTRAINT ${fresh(name)}_pkey PRIMARY KEY (${columns})`,
    );
    await client.query(`ANALYZE ${fresh(name)}`);
  }
  if (index) {
    onIndex();
    const name = fresh(tables.items);
    await client.query(`CREATE INDEX ${name}_hnsw ON ${name} USING hnsw (embedding vector_ip_ops)`);
  }
}

/** Drops an earlier table: from here to the end of the transaction its readers wait. */
async function dropTable(client: Client, name: string): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${name}`).catch((cause: unknown) => {
    const { code, detail } = cause as { code?: string; detail?: string };
    if (code !== '2BP01') throw cause;
    throw new Error(
      `the table ${name} can't be replaced: ${detail}. Drop that first, or choose other names with --table.`,
      { cause },
    );
  });
}

/** Gives a new table its name, and those of its indexes. */
async function moveTable(client: Client, name: string): Promise<void> {
  await client.query(`ALTER TABLE ${fresh(name)} RENAME TO ${name}`);
  for (const suffix of ['pkey', 'hnsw']) {
    await client.query(
      `ALTER INDEX IF EXISTS ${fresh(name)}_${suffix} RENAME TO ${name}_${suffix}`,
    );
  }
}
