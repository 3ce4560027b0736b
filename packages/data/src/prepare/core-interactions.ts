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
 * @param onRound - Told how many pairs are left: at first, and after each round of the k-core.
 * @throws {RangeError} If nothing is left.
 */
export async function coreInteractions(
  database: Database,
  options: CoreOptions,
  onRound: (pairs: number) => void,
): Promise<CoreCounts> {
  const count = (table: string) => countRows(database, table);
  const rows = await count('reviews');
  const rated =
    options.minRating === undefined ? rows : await count(`reviews WHERE ${isRated(options)}`);
  await makePairs(database, options);
  const pairs = await count('pairs');
  onRound(pairs);
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

async function countRows(database: Database, table: string): Promise<number> {
  return Number((await database.first(`SELECT count(*) FROM ${table}`))[0]);
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
  // The earliest, and among the earliest the first; or simply the first, which costs less.
  const [kept, row, time] = options.byTime
    ? [`min({'time': time, 'row': "row"})`, 'kept.row', 'kept.time']
    : ['min("row")', 'kept', 'NULL::DOUBLE'];
  await database.run(`
    CREATE OR REPLACE TABLE pairs AS
    SELECT "user", item, ${row} AS "row", ${time} AS time FROM (
      SELECT u.first AS "user", i.first AS item, ${kept} AS kept
      FROM reviews r JOIN all_users u ON r."user" = u.id JOIN all_items i ON r.item = i.id
      WHERE ${isRated(options)}
      GROUP BY u.first, i.first
    )`);
}

/**
 * Leaves out users and items with fewer than k partners, again and again until none is left. Counts
 * are kept and lowered: later rounds touch a handful of pairs among millions.
 */
async function shrinkToCore(
  database: Database,
  k: number,
  { pairs, onRound }: { readonly pairs: number; onRound(pairs: number): void },
): Promise<void> {
  await database.run('DROP TABLE IF EXISTS core');
  await database.run('ALTER TABLE pairs RENAME TO core');
  const sides = ['"user"', 'item'] as const;
  for (const [at, side] of sides.entries()) {
    await database.run(
      `CREATE OR REPLACE TEMP TABLE degrees_${at} AS SELECT ${side} AS node, count(*) AS degree FROM core GROUP BY ${side}`,
    );
  }
  const isWeak = sides
    .map(
      (side, at) =>
        `${side} IN (SELECT node FROM degrees_${at} WHERE degree BETWEEN 1 AND ${k - 1})`,
    )
    .join(' OR ');
  for (let left = pairs; ;) {
    await database.run(
      `CREATE OR REPLACE TEMP TABLE gone AS SELECT "user", item FROM core WHERE ${isWeak}`,
    );
    const gone = await countRows(database, 'gone');
    if (gone === 0) break;
    await database.run(`DELETE FROM core WHERE ${isWeak}`);
    for (const [at, side] of sides.entries()) {
      await database.run(`
        UPDATE degrees_${at} SET degree = degree - lost
        FROM (SELECT ${side} AS node, count(*) AS lost FROM gone GROUP BY ${side}) AS losses
        WHERE degrees_${at}.node = losses.node`);
    }
    onRound((left -= gone));
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
