import { join } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import type { SchemaElement } from 'hyparquet';
import { parquetGroups } from '../parquet-groups.js';
import type { ExportedRun, ItemTable } from './exported-run.js';

/** Numbers in a row group. */
const groupNumbers = 1 << 20;

const text = (name: string, repetition: 'REQUIRED' | 'OPTIONAL'): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: repetition,
});

const embedding: readonly SchemaElement[] = [
  {
    name: 'embedding',
    repetition_type: 'REQUIRED',
    num_children: 1,
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
  },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

/** `users.parquet` and `items.parquet`: a row each, columns `id`, `title` where titles are known, and `embedding`. */
export async function writeParquetFiles(folder: string, run: ExportedRun): Promise<void> {
  const { users, items, embeddingSize } = run;
  await writeTable(join(folder, 'users.parquet'), users, embeddingSize);
  await writeTable(join(folder, 'items.parquet'), items, embeddingSize);
}

async function writeTable(
  path: string,
  { ids, titles, data }: ItemTable,
  columns: number,
): Promise<void> {
  const titled = titles ? [text('title', 'OPTIONAL')] : [];
  const schema = [text('id', 'REQUIRED'), ...titled, ...embedding];
  const groupRows = Math.max(1, Math.floor(groupNumbers / columns));
  await writeFileAtomically(path, async (handle) => {
    const file = parquetGroups(handle, schema, titles ? 3 : 2);
    for (let from = 0; from < ids.length; from += groupRows) {
      const to = Math.min(ids.length, from + groupRows);
      const rows = Array.from({ length: to - from }, (_, at) => [
        ...data.subarray((from + at) * columns, (from + at + 1) * columns),
      ]);
      await file.write([
        { name: 'id', data: ids.slice(from, to) },
        ...(titles ? [{ name: 'title', data: titles.slice(from, to) }] : []),
        { name: 'embedding', data: rows },
      ]);
    }
    await file.finish();
  });
}
