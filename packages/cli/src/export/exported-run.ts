import { existsSync } from 'node:fs';
import { itemsByUser, type ItemLists } from '@mmrec/core';
import { readRun, readRunDataset, type RunConfig } from '@mmrec/train';
import { itemTitles } from '../item-titles.js';

/** Embeddings with the ids of their rows. */
export interface EmbeddingTable {
  readonly ids: readonly string[];
  /** `[ids.length, embeddingSize]` */
  readonly data: Float32Array;
}

/** Items may have titles: one a row, null where it is not known. */
export interface ItemTable extends EmbeddingTable {
  readonly titles?: readonly (string | null)[];
}

/** What is exported of a run. */
export interface ExportedRun {
  readonly folder: string;
  readonly config: RunConfig;
  readonly embeddingSize: number;
  readonly users: EmbeddingTable;
  readonly items: ItemTable;
  /** The items of each user's training interactions, by their rows, where they are exported. */
  readonly seen?: ItemLists;
}

/** What is read besides the embeddings. */
export interface ExportedRunOptions {
  /** Where the dataset lies now; absent: where it lay when the run was made. */
  readonly data?: string | undefined;
  /** Whether training interactions are exported. */
  readonly withSeen: boolean;
}

/**
 * Reads what is exported of a run. Titles are there when the dataset folder is, and knows some.
 *
 * @throws {Error} If the folder holds no run that can be read, its embeddings hold NaN or Infinity, or the dataset is
 *   asked for and isn't there.
 */
export async function readExportedRun(
  folder: string,
  { data, withSeen }: ExportedRunOptions,
): Promise<ExportedRun> {
  const run = await readRun(folder);
  const { config, ids, tensors } = run;
  const table = (kind: 'user' | 'item'): EmbeddingTable => ({
    ids: ids[`${kind}s`],
    data: tensors[`${kind}_embeddings`]!.data as Float32Array,
  });
  const [users, items] = [table('user'), table('item')];
  const embeddingSize = tensors['user_embeddings']!.shape[1]!;
  checkFinite(folder, { user: users, item: items }, embeddingSize);
  const wantsData = withSeen || data !== undefined;
  const seen = wantsData ? itemsByUser((await readRunDataset(run, data)).dataset.train) : undefined;
  const source = data ?? config.dataset.path;
  const byId = existsSync(source) ? await itemTitles(source) : new Map<string, string>();
  const titles = items.ids.map((id) => byId.get(id) ?? null);
  return {
    ...{ folder, config, embeddingSize, users },
    items: { ...items, ...(titles.some((title) => title !== null) && { titles }) },
    ...(withSeen && seen && { seen }),
  };
}

function checkFinite(
  folder: string,
  tables: Readonly<Record<string, EmbeddingTable>>,
  embeddingSize: number,
): void {
  for (const [kind, { ids, data }] of Object.entries(tables)) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    throw new Error(
      `export: ${folder}: embeddings must be finite numbers, got ${data[at]} for ${kind} '${ids[Math.floor(at / embeddingSize)]}': the training diverged.`,
    );
  }
}
