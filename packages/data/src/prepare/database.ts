import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  DOUBLE,
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBType,
  DuckDBValue,
  INTEGER,
  VARCHAR,
  version,
} from '@duckdb/node-api';

/** What is used of the engine's package, which is loaded when it is needed. */
interface DuckDb {
  readonly DuckDBInstance: typeof DuckDBInstance;
  readonly DuckDBDataChunk: typeof DuckDBDataChunk;
  readonly INTEGER: typeof INTEGER;
  readonly DOUBLE: typeof DOUBLE;
  readonly VARCHAR: typeof VARCHAR;
  readonly version: typeof version;
}

/** What DuckDB may use. */
export interface EngineOptions {
  /** Such as `1GB`. */
  readonly memoryLimit: string;
  readonly threads: number;
}

/** The database in which the joins and sorts are done. */
export interface Database {
  /** Where the database lies; others may put files beside it. */
  readonly folder: string;
  /** Version of the engine. */
  readonly version: string;
  run(sql: string): Promise<void>;
  /** The first row of a result. */
  first(sql: string): Promise<readonly unknown[]>;
  /** The rows of a result, a block at a time: an array for each column. */
  blocks(sql: string): AsyncGenerator<readonly ArrayLike<unknown>[]>;
  /** Appends rows to a table. */
  appender(table: string, types: readonly ColumnType[]): Promise<RowAppender>;
  close(): void;
}

/** Types of columns that are appended to. */
export type ColumnType = 'integer' | 'double' | 'text';

/** Collects rows and hands them over by the block. */
export interface RowAppender {
  add(row: readonly (string | number | null)[]): void;
  /** Hands over what is left; no row may follow. */
  finish(): void;
}

const blockRows = 2048;

/**
 * Opens the database of a work folder, making both where they are missing.
 *
 * @throws {Error} If DuckDB is not installed, or another process has the database open.
 */
export async function openDatabase(folder: string, options: EngineOptions): Promise<Database> {
  const duckdb = await loadDuckDb();
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'work.duckdb');
  const open = () =>
    duckdb.DuckDBInstance.create(file, {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      temp_directory: join(folder, 'spilled'),
    });
  const instance = await open().catch(async (error: unknown) => {
    const { message } = error as Error;
    if (/could not set lock|being used by another process/i.test(message)) {
      throw new Error(
        `prepareDataset: ${folder} is in use by another process. Wait for it, or end it.`,
        { cause: error },
      );
    }
    // What a crash or another version left is of no use: the sources are still there.
    if (/invalid|setting|option|parse/i.test(message) && !/file|serializ|version/i.test(message)) {
      throw new RangeError(`prepareDataset: ${firstLine(message)}`, { cause: error });
    }
    await Promise.all([file, `${file}.wal`].map((path) => rm(path, { force: true })));
    return open();
  });
  return { folder, ...(await connect(duckdb, instance)) };
}

async function connect(
  duckdb: DuckDb,
  instance: DuckDBInstance,
): Promise<Omit<Database, 'folder'>> {
  const connection = await instance.connect();
  // The tables live for minutes: packing them takes longer than writing them as they are.
  await connection.run("SET force_compression = 'uncompressed'");
  // A connection has one open result; a second is read beside the first.
  const readers: DuckDBConnection[] = [];
  const first = async (sql: string) => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRows()[0] ?? [];
  };
  return {
    version: duckdb.version(),
    run: async (sql) => void (await connection.run(sql)),
    first,
    async *blocks(sql) {
      const reader = await instance.connect();
      readers.push(reader);
      try {
        const result = await reader.stream(sql);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (!chunk || chunk.rowCount === 0) return;
          yield columnsOf(chunk);
        }
      } finally {
        readers.splice(readers.indexOf(reader), 1);
        reader.closeSync();
      }
    },
    appender: (table, types) => createAppender(duckdb, connection, { table, types }),
    close: () => {
      for (const reader of readers) reader.closeSync();
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function columnsOf(chunk: DuckDBDataChunk): ArrayLike<unknown>[] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    const vector = chunk.getColumnVector(column) as { readonly items?: unknown };
    const { items } = vector;
    // Whole numbers without gaps come as they lie in memory.
    return items instanceof Int32Array || items instanceof Uint8Array
      ? items.subarray(0, chunk.rowCount)
      : chunk.getColumnValues(column);
  });
}

async function createAppender(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  { table, types }: { readonly table: string; readonly types: readonly ColumnType[] },
): Promise<RowAppender> {
  const engineTypes: Readonly<Record<ColumnType, DuckDBType>> = {
    integer: duckdb.INTEGER,
    double: duckdb.DOUBLE,
    text: duckdb.VARCHAR,
  };
  const appender = await connection.createAppender(table);
  const chunkTypes = types.map((type) => engineTypes[type]);
  let columns: DuckDBValue[][] = types.map(() => []);
  const flush = () => {
    const rows = columns[0]!.length;
    if (rows === 0) return;
    const chunk = duckdb.DuckDBDataChunk.create(chunkTypes, rows);
    chunk.setColumns(columns);
    appender.appendDataChunk(chunk);
    columns = types.map(() => []);
  };
  return {
    add: (row) => {
      for (let column = 0; column < row.length; column++) columns[column]!.push(row[column]!);
      if (columns[0]!.length === blockRows) flush();
    },
    finish: () => {
      flush();
      appender.closeSync();
    },
  };
}

/** A text as SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The first line of an engine's message, without its kind. */
export function firstLine(message: string): string {
  return message
    .split('\n')[0]!
    .replace(/^[\w ]+ Error: /, '')
    .trim();
}

async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new Error(
      'prepareDataset: the package @duckdb/node-api does the joins and sorts, and is not installed: npm install @duckdb/node-api.',
      { cause: error },
    );
  }
}
