import type { FileHandle } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';

/** A Parquet file that is written row group by row group, so that one group at a time is in memory. */
export interface ParquetGroups {
  /** Writes a row group: all columns in the order of the schema, with the same number of rows. */
  write(columns: readonly ColumnSource[]): Promise<void>;
  finish(): Promise<void>;
}

/** @param schema - The elements below the root, flattened. @param numColumns - Columns of the table. */
export function parquetGroups(
  handle: FileHandle,
  schema: readonly SchemaElement[],
  numColumns: number,
): ParquetGroups {
  const bytes = new ByteWriter();
  const root: SchemaElement = { name: 'root', num_children: numColumns };
  const file = new ParquetWriter({ writer: bytes, schema: [root, ...schema], codec: 'SNAPPY' });
  const flush = async () => {
    await handle.writeFile(bytes.getBytes());
    bytes.index = 0;
  };
  return {
    write: async (columns) => {
      await file.write({ columnData: [...columns], rowGroupSize: columns[0]!.data.length });
      await flush();
    },
    finish: async () => {
      await file.finish();
      await flush();
    },
  };
}
