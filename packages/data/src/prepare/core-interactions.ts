import type { Database } from './database.js';

/** Which interactions stay. */
export interface CoreOptions {
  /** Different partners that every user and item has at least. */
  readonly kCore: number;
  readonly minRating?: number | undefined;
  /** Keep the earliest row of a repeated pair, rather than the first. */
  readonly byTime: boolean;
}

/** How many interactions there were and where they went. */
export interface CoreCounts {
  readonly rows: number;
  /** Rows with a rating below the lowest wanted. */
  readonly belowMinRating: number;
  /** Rows whose pair has an earlier row. */
  readonly duplicates: number;
  /** Pairs of users and items with too few partners. */
  readonly outsideCore: number;
  readonly interactions: number;
  readonly users: number;
  readonly items: number;
}

/**
 * Leaves out ratings too low, repeated pairs, and what is outside the k-core; numbers the users and
 * items that remain from 0 in the order in which they first occur in `reviews`. Makes the tables
 * `core("user", item, "row", time)`, `users("user", id)` and `items(item, id)`.
 *
 * @param onRound - Told how many pairs are left after each round of the k-core.
 * @throws {RangeError} If nothing is left.
 */
export async function coreInteractions(
  database: Database,
  options: CoreOptions,
  onRound: (pairs: number) => void,
): Promise<CoreCounts> {
  const count = async (table: string) =>
    Number((await database.first(`SELECT count(*) FROM ${table}`))[0]);
  const rows = await count('reviews');
  const rated =
    options.minRating === undefined ? rows : await count(`reviews WHERE ${isRated(options)}`);
  await makePairs(database, options);
  const pairs = await count('pairs');
  await shrinkToCore(database, options.kCore, { pairs, onRound });
  await numberIds(database);
  const [interactions, users, items] = [
    await count('core'),
    await count('users'),
    await count('items'),
  ];
  if (interactions === 0) {
    throw new RangeError(
      `prepareDataset: the ${options.kCore}-core must hold interactions, got none of ${rows}. Lower the option kCore.`,
    );
  }
  return {
    rows,
    belowMinRating: rows - rated,
    duplicates: rated - pairs,
    outsideCore: pairs - interactions,
    ...{ interactions, users, items },
  };
}

const isRated = ({ minRating }: CoreOptions) =>
  minRating === undefined ? 'true' : `rating >= ${minRating}`;

/**
 * One row for each pair. Users and items are known by the row that they first occur in: a number in
 * place of a text, in the order of first appearance.
 */
async function makePairs(database: Database, options: CoreOptions): Promise<void> {
  for (const [table, column] of [
    ['all_users', '"user"'],
    ['all_items', 'item'],
  ]) {
    await database.run(
      `CREATE OR REPLACE TABLE ${table} AS SELECT ${column} AS id, min("row") AS first FROM reviews GROUP BY ${column}`,
    );
  }
  const kept = options.byTime ? `min({'time': time, 'row': "row"})` : `min({'row': "row"})`;
  const time = options.byTime ? 'kept.time' : 'NULL::DOUBLE';
  await database.run(`
    CREATE OR REPLACE TABLE pairs AS
    SELECT "user", item, kept.row AS "row", ${time} AS time FROM (
      SELECT u.first AS "user", i.first AS item, ${kept} AS kept
      FROM reviews r JOIN all_users u ON r."user" = u.id JOIN all_items i ON r.item = i.id
      WHERE ${isRated(options)}
      GROUP BY u.first, i.first
    )`);
}

/** Leaves out users and items with fewer than k partners, again and again until none is left. */
async function shrinkToCore(
  database: Database,
  k: number,
  { pairs, onRound }: { readonly pairs: number; onRound(pairs: number): void },
): Promise<void> {
  await database.run('DROP TABLE IF EXISTS core');
  await database.run('ALTER TABLE pairs RENAME TO core');
  for (let before = -1, left = pairs; k > 1 && left !== before && left > 0;) {
    before = left;
    await database.run(`
      CREATE OR REPLACE TABLE smaller AS
      SELECT * FROM core
      SEMI JOIN (SELECT "user" FROM core GROUP BY "user" HAVING count(*) >= ${k}) USING ("user")
      SEMI JOIN (SELECT item FROM core GROUP BY item HAVING count(*) >= ${k}) USING (item)`);
    await database.run('DROP TABLE core');
    await database.run('ALTER TABLE smaller RENAME TO core');
    left = Number((await database.first('SELECT count(*) FROM core'))[0]);
    onRound(left);
  }
}

async function numberIds(database: Database): Promise<void> {
  for (const [table, column] of [
    ['users', '"user"'],
    ['items', 'item'],
  ]) {
    await database.run(`
      CREATE OR REPLACE TABLE ${table} AS
      SELECT (row_number() OVER (ORDER BY first) - 1)::INTEGER AS ${column}, first, id
      FROM all_${table} SEMI JOIN (SELECT DISTINCT ${column} AS first FROM core) USING (first)`);
    await database.run(`DROP TABLE all_${table}`);
  }
  await database.run(`
    CREATE OR REPLACE TABLE numbered AS
    SELECT u."user" AS "user", i.item AS item, c."row" AS "row", c.time AS time
    FROM core c JOIN users u ON c."user" = u.first JOIN items i ON c.item = i.first`);
  await database.run('DROP TABLE core');
  await database.run('ALTER TABLE numbered RENAME TO core');
}
