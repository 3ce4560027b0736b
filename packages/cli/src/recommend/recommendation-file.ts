import { readFile, type FileHandle } from 'node:fs/promises';
import { parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetGroups } from '../parquet-groups.js';

/** Recommended items as columns: a row for each user and place, best first. */
export interface RecommendationRows {
  readonly user: string[];
  readonly item: string[];
  /** From 1. */
  readonly rank: number[];
  readonly score: number[];
}

const schema: SchemaElement[] = [
  ...['user', 'item'].map((name): SchemaElement => ({
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    repetition_type: 'REQUIRED',
  })),
  { name: 'rank', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'score', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

/** Writes blocks of rows to a Parquet file, each as a row group, so that one block at a time is in memory. */
export async function writeRecommendations(
  handle: FileHandle,
  blocks: Iterable<RecommendationRows> | AsyncIterable<RecommendationRows>,
): Promise<void> {
  const file = parquetGroups(handle, schema, 4);
  for await (const { user, item, rank, score } of blocks) {
    if (user.length === 0) continue;
    await file.write([
      { name: 'user', data: user },
      { name: 'item', data: item },
      { name: 'rank', data: rank },
      { name: 'score', data: score },
    ]);
  }
  await file.finish();
}

/** Reads a file of {@link writeRecommendations} back. */
export async function readRecommendations(path: string): Promise<RecommendationRows> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  const column = <T>(name: string) => rows.map((row) => row[name] as T);
  return {
    user: column('user'),
    item: column('item'),
    rank: column('rank'),
    score: column('score'),
  };
}
