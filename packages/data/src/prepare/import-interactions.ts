import { join } from 'node:path';
import { suggestion } from '@mmrec/core';
import { shortened } from '../read-lines.js';
import { toId, toNumber, toTime } from '../table-rows.js';
import { firstLine, quoted, quotedName, type Database } from './database.js';
import { escapeGlob } from './escape-glob.js';
import type { InteractionMapping } from './presets.js';
import { readRecords } from './read-records.js';
import type { SourceFile } from './source-file.js';
import { createSpool } from './spool.js';

/** What is imported, and who is told how far it is. */
export interface ImportInputs {
  readonly sources: readonly SourceFile[];
  /** `time` and `rating` are read only where they are named. */
  readonly columns: InteractionMapping;
  onProgress(what: string, progress: { readonly bytes: number; readonly rows: number }): void;
}

/** Row numbers are 32-bit integers in the database. */
const mostRows = 2 ** 31 - 1;
const longestId = 4096;
/** What decoding leaves of broken text; and zero, which ends a text in some programs. */
const broken = /[\p{Surrogate}\uFFFD\0]/u;

/**
 * Reads the interactions of all sources, in their order, into the table
 * `reviews("row", "user", "item", rating, time)`.
 *
 * @returns The number of rows.
 * @throws {RangeError} For a wrong value or a missing column, naming file, line and value.
 */
export async function importInteractions(
  database: Database,
  { sources, columns, onProgress }: ImportInputs,
): Promise<number> {
  await database.run(
    'CREATE OR REPLACE TABLE reviews ("row" INTEGER, "user" VARCHAR, item VARCHAR, rating DOUBLE, time DOUBLE)',
  );
  let rows = 0;
  for (const source of sources) {
    const report = (bytes: number, added: number) =>
      onProgress(source.name, { bytes, rows: rows + added });
    report(0, 0);
    const place = { source, columns, firstRow: rows, report };
    rows +=
      source.format === 'parquet'
        ? await importParquet(database, place)
        : await importText(database, place);
    if (rows > mostRows) {
      throw new RangeError(`prepareDataset: there must be at most ${mostRows} rows, got more.`);
    }
  }
  if (rows === 0) {
    const names = sources.map(({ name }) => name).join(', ');
    throw new RangeError(`prepareDataset: ${names}: must hold interactions, got none.`);
  }
  return rows;
}

interface OneSource {
  readonly source: SourceFile;
  readonly columns: InteractionMapping;
  readonly firstRow: number;
  report(bytes: number, rows: number): void;
}

async function importText(database: Database, one: OneSource): Promise<number> {
  const { source, columns, firstRow, report } = one;
  const { user, item, rating, time } = columns;
  const spool = createSpool(database, join(database.folder, 'interactions.tsv'));
  const names = [user, item, rating, time].filter((name) => name !== undefined);
  const timeAt = rating === undefined ? 2 : 3;
  let rows = 0;
  let bytes = 0;
  try {
    await readRecords(source, {
      names,
      required: names,
      isPlain: true,
      onBytes: (read) => report((bytes += read), rows),
      add: (cells, place) => {
        const stars = rating === undefined ? '' : toNumber(cells[2], rating, place);
        const moment = time === undefined ? '' : toTime(cells[timeAt], time, place);
        const ids = [readId(cells[0], user, place), readId(cells[1], item, place)] as const;
        spool.add(firstRow + rows++, ids, `${stars}\t${moment}`);
      },
    });
    await spool.finish();
  } finally {
    await spool.remove();
  }
  return rows;
}

/** An id, which must have survived decoding: else two of them could become one. */
function readId(value: unknown, name: string, place: () => string): string {
  const id = toId(value, name, place);
  if (id.length > longestId) {
    const got = `one of ${id.length}`;
    throw new RangeError(
      `${place()}: ${name} must have at most ${longestId} characters, got ${got}.`,
    );
  }
  if (!broken.test(id)) return id;
  throw new RangeError(`${place()}: ${name} must be well-formed Unicode, got '${shortened(id)}'.`);
}

async function importParquet(database: Database, one: OneSource): Promise<number> {
  const { source, columns, firstRow } = one;
  const table = `read_parquet(${quoted(escapeGlob(source))}, file_row_number = true)`;
  const what = `prepareDataset: ${source.name}`;
  try {
    const expressions = await parquetExpressions(database, { what, table, columns });
    const [wrongRow] = await database.first(
      `SELECT min(file_row_number) FROM (SELECT file_row_number, ${expressions.join(', ')} FROM ${table})
       WHERE "user" IS NULL OR "user" = '' OR item IS NULL OR item = ''
       ${columns.rating === undefined ? '' : 'OR rating IS NULL OR NOT isfinite(rating)'}
       ${columns.time === undefined ? '' : 'OR time IS NULL OR NOT isfinite(time)'}`,
    );
    if (typeof wrongRow === 'bigint') {
      const named = [columns.user, columns.item, columns.rating, columns.time];
      throw new RangeError(
        `${what}: row ${wrongRow + 1n}: ${[...new Set(named)].filter(Boolean).join(', ')} must have values, got an empty or infinite one.`,
      );
    }
    await database.run(
      `INSERT INTO reviews SELECT (file_row_number + ${firstRow})::INTEGER, ${expressions.join(', ')} FROM ${table}`,
    );
    const [rows] = await database.first(`SELECT count(*) FROM ${table}`);
    return Number(rows);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error(
      `${what}: must be a readable Parquet file, got: ${firstLine((error as Error).message)}`,
      {
        cause: error,
      },
    );
  }
}

/** The four columns as SQL, by the types that the file has them in. */
async function parquetExpressions(
  database: Database,
  { what, table, columns }: { what: string; table: string; columns: InteractionMapping },
): Promise<string[]> {
  const types = new Map<string, string>();
  for await (const [names, kinds] of database.blocks(`DESCRIBE SELECT * FROM ${table}`)) {
    for (let at = 0; at < names!.length; at++) types.set(String(names![at]), String(kinds![at]));
  }
  const typeOf = (name: string): string => {
    const type = types.get(name);
    if (type !== undefined) return type;
    const known = [...types.keys()].filter((column) => column !== 'file_row_number');
    const got = known.map((column) => `'${column}'`).join(', ');
    throw new RangeError(
      `${what}: must have a column '${name}', got ${got}.${suggestion(name, known)}`,
    );
  };
  const id = (name: string) => {
    if (/^(VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/.test(typeOf(name))) {
      return `${quotedName(name)}::VARCHAR`;
    }
    throw new RangeError(`${what}: ${name} must be text or integers, got ${typeOf(name)}.`);
  };
  const number = (name: string | undefined) => {
    if (name === undefined) return 'NULL::DOUBLE';
    const type = typeOf(name);
    if (/^(TIMESTAMP|DATE)/.test(type)) return `epoch_ms(${quotedName(name)}::TIMESTAMP)::DOUBLE`;
    if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)) {
      return `${quotedName(name)}::DOUBLE`;
    }
    throw new RangeError(`${what}: ${name} must be numbers, dates or times, got ${type}.`);
  };
  return [
    `${id(columns.user)} AS "user"`,
    `${id(columns.item)} AS item`,
    `${number(columns.rating)} AS rating`,
    `${number(columns.time)} AS time`,
  ];
}
