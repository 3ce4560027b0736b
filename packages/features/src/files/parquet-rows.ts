import type { FileHandle } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { RowWriter, TableShape } from './row-writer.js';

/** Numbers in a row group. */
const groupNumbers = 1 << 20;

/** Writes rows as lists in one column, `features`, a row group at a time. */
export function parquetRows(
  handle: FileHandle,
  { columns, storage }: TableShape,
): Promise<RowWriter> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(storage),
    codec: 'UNCOMPRESSED',
    statistics: false,
  });
  const flush = async () => {
    await handle.writeFile(bytes.getBytes());
    bytes.index = 0;
  };
  const groupRows = Math.max(1, Math.floor(groupNumbers / columns));
  let rows: number[][] = [];
  const writeGroup = async () => {
    await file.write({
      columnData: [{ name: 'features', data: rows, encoding: 'PLAIN' }],
      rowGroupSize: groupRows,
    });
    rows = [];
    await flush();
  };
  return Promise.resolve({
    write: async (block) => {
      for (let at = 0; at < block.length; at += columns) {
        rows.push([...block.subarray(at, at + columns)]);
        if (rows.length === groupRows) await writeGroup();
      }
    },
    finish: async () => {
      if (rows.length > 0) await writeGroup();
      await file.finish();
      await flush();
    },
  });
}

function schemaOf(storage: TableShape['storage']): SchemaElement[] {
  const number: SchemaElement =
    storage === 'float32'
      ? { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' }
      : {
          name: 'element',
          type: 'FIXED_LEN_BYTE_ARRAY',
          type_length: 2,
          logical_type: { type: 'FLOAT16' },
          repetition_type: 'REQUIRED',
        };
  return [
    { name: 'root', num_children: 1 },
    {
      name: 'features',
      repetition_type: 'REQUIRED',
      num_children: 1,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    number,
  ];
}
