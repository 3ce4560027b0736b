import { join } from 'node:path';
import { writeJsonFile } from '@mmrec/core';
import { writeNpy } from '@mmrec/features';
import type { ExportedRun } from './exported-run.js';

/** Embeddings as NumPy arrays, float32 `[rows, embeddingSize]`, with JSON lists of what the rows are. */
export async function writeNpyFiles(folder: string, run: ExportedRun): Promise<void> {
  const { users, items, embeddingSize: columns } = run;
  for (const [kind, { ids, data }] of Object.entries({ user: users, item: items })) {
    const matrix = { rows: ids.length, columns, data };
    await writeNpy(join(folder, `${kind}_embeddings.npy`), matrix);
    await writeJsonFile(join(folder, `${kind}_ids.json`), ids);
  }
  if (items.titles) await writeJsonFile(join(folder, 'item_titles.json'), items.titles);
}
