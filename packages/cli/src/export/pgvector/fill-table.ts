import type { ItemLists } from '@mmrec/core';
import type { Client } from 'pg';
import type { EmbeddingTable, ItemTable } from '../exported-run.js';

/** Where rows go. */
export interface FillTarget {
  readonly client: Client;
  /** Numbers in an embedding. */
  readonly columns: number;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** Numbers and ids sent at once: some megabytes as text. */
const batchValues = 200_000;

/** Inserts embeddings with their ids, and titles where there are some. */
export async function fillTable(
  { client, columns, onProgress }: FillTarget,
  {
    table,
    name,
    contents,
  }: { readonly table: string; readonly name: string; readonly contents: ItemTable },
): Promise<void> {
  const { ids, titles, data } = contents;
  const statement = titles
    ? `INSERT INTO ${table} (id, embedding, title) SELECT id, embedding::vector, title FROM unnest($1::text[], $2::text[], $3::text[]) AS r (id, embedding, title)`
    : `INSERT INTO ${table} (id, embedding) SELECT id, embedding::vector FROM unnest($1::text[], $2::text[]) AS r (id, embedding)`;
  const size = Math.max(1, Math.floor(batchValues / (columns + 2)));
  for (let from = 0; from < ids.length; from += size) {
    const to = Math.min(ids.length, from + size);
    const vectors = Array.from({ length: to - from }, (_, at) =>
      vectorText(data.subarray((from + at) * columns, (from + at + 1) * columns)),
    );
    const texts = titles ? [titles.slice(from, to)] : [];
    await client.query(statement, [ids.slice(from, to), vectors, ...texts]);
    onProgress(name, to, ids.length);
  }
}

/** A vector as pgvector reads it. Nine digits tell any two single-precision numbers apart. */
function vectorText(numbers: Float32Array): string {
  return `[${Array.from(numbers, (value) => Number(value.toPrecision(9))).join(',')}]`;
}

/** Inserts the pairs of users' lists of items, by their ids. */
export async function fillPairs(
  { client, onProgress }: FillTarget,
  table: string,
  {
    lists: { offsets, items: rows },
    users,
    items,
  }: { readonly lists: ItemLists; readonly users: EmbeddingTable; readonly items: EmbeddingTable },
): Promise<void> {
  let user = 0;
  const size = batchValues / 2;
  for (let from = 0; from < rows.length; from += size) {
    const to = Math.min(rows.length, from + size);
    const userIds: string[] = [];
    for (let at = from; at < to; at++) {
      while (offsets[user + 1]! <= at) user++;
      userIds.push(users.ids[user]!);
    }
    const itemIds = Array.from(rows.subarray(from, to), (row) => items.ids[row]!);
    await client.query(
      `INSERT INTO ${table} (user_id, item_id) SELECT * FROM unnest($1::text[], $2::text[])`,
      [userIds, itemIds],
    );
    onProgress('interactions', to, rows.length);
  }
}
