import { firstLine, quoted, quotedName, type Database, type RowAppender } from './database.js';
import { describeItem, type RawDescription } from './describe-item.js';
import { escapeGlob } from './escape-glob.js';
import type { MetadataMapping } from './presets.js';
import { readRecords } from './read-records.js';
import type { SourceFile } from './source-file.js';

/** What is imported, and who is told how far it is. */
export interface MetadataInputs {
  readonly sources: readonly SourceFile[];
  readonly columns: MetadataMapping;
  onProgress(what: string, progress: { readonly bytes: number; readonly rows: number }): void;
}

/** How much of the metadata was of use. */
export interface MetadataCounts {
  readonly rows: number;
  /** Items of the dataset that the metadata describe. */
  readonly itemsDescribed: number;
}

/**
 * Reads what the metadata say of the dataset's items into the table
 * `descriptions(item, description)`. The first row of an item counts; rows of other items are passed
 * over. Holds the items' ids in memory.
 *
 * @throws {SyntaxError} For a line that is not of the format, naming file and line.
 * @throws {RangeError} For a missing column.
 */
export async function importMetadata(
  database: Database,
  { sources, columns, onProgress }: MetadataInputs,
): Promise<MetadataCounts> {
  await database.run('CREATE OR REPLACE TABLE descriptions (item INTEGER, description VARCHAR)');
  const unseen = await itemsById(database);
  const numItems = unseen.size;
  const appender = await database.appender('descriptions', ['integer', 'text']);
  let rows = 0;
  for (const source of sources) {
    let bytes = 0;
    const report = () => onProgress(source.name, { bytes, rows });
    const collect = createCollector(columns, unseen, appender);
    const add = (cells: readonly unknown[]) => {
      rows++;
      collect(cells);
    };
    report();
    if (source.format === 'parquet') await readParquet(database, { source, columns, add });
    else {
      const onBytes = (read: number) => {
        bytes += read;
        report();
      };
      await readRecords(source, {
        names: wantedColumns(columns),
        required: [columns.id],
        add,
        onBytes,
      });
    }
  }
  appender.finish();
  return { rows, itemsDescribed: numItems - unseen.size };
}

const describedColumns = ['title', 'brand', 'categories', 'description', 'image'] as const;

/** The columns that are named, the id first. */
function wantedColumns(columns: MetadataMapping): string[] {
  return [columns.id, ...describedColumns.map((name) => columns[name] ?? '')];
}

async function itemsById(database: Database): Promise<Map<string, number>> {
  const items = new Map<string, number>();
  for await (const [ids, indices] of database.blocks('SELECT id, item FROM items')) {
    for (let at = 0; at < ids!.length; at++) items.set(String(ids![at]), Number(indices![at]));
  }
  return items;
}

/** Keeps the first description of each item that is still unseen. */
function createCollector(
  columns: MetadataMapping,
  unseen: Map<string, number>,
  appender: RowAppender,
): (cells: readonly unknown[]) => void {
  const isNamed = describedColumns.map((name) => columns[name] !== undefined);
  return ([id, ...cells]) => {
    const key = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
    const item = unseen.get(key);
    if (item === undefined) return;
    unseen.delete(key);
    const [title, brand, categories, description, imageUrl] = cells.map((cell, at) =>
      isNamed[at] ? cell : undefined,
    );
    const raw: RawDescription = { title, brand, categories, description, imageUrl };
    appender.add([item, JSON.stringify(describeItem(raw))]);
  };
}

async function readParquet(
  database: Database,
  {
    source,
    columns,
    add,
  }: {
    readonly source: SourceFile;
    readonly columns: MetadataMapping;
    add(cells: readonly unknown[]): void;
  },
): Promise<void> {
  const table = `read_parquet(${quoted(escapeGlob(source))})`;
  const names = wantedColumns(columns);
  try {
    const present = new Set<string>();
    for await (const [found] of database.blocks(`DESCRIBE SELECT * FROM ${table}`)) {
      for (const name of found as ArrayLike<string> & Iterable<string>) present.add(name);
    }
    if (!present.has(columns.id)) {
      const got = [...present].map((name) => `'${name}'`).join(', ');
      throw new RangeError(
        `prepareDataset: ${source.name}: must have a column '${columns.id}', got ${got}.`,
      );
    }
    const cells = names.map((name) =>
      present.has(name) ? `to_json(${quotedName(name)})::VARCHAR` : 'NULL',
    );
    for await (const block of database.blocks(`SELECT ${cells.join(', ')} FROM ${table}`)) {
      for (let row = 0; row < block[0]!.length; row++) {
        add(
          block.map((column) => {
            const text = column[row];
            return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
          }),
        );
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error(
      `prepareDataset: ${source.name}: must be a readable Parquet file, got: ${firstLine((error as Error).message)}`,
      { cause: error },
    );
  }
}
