import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Dataset } from './dataset.js';
import { readExternalIds } from './external-ids.js';
import { fileError } from './file-error.js';
import type { CountOptions } from './index-count.js';
import { readInter } from './read-inter.js';
import { jsonSplitFiles, readJsonSplits } from './read-json-splits.js';
import { pickledSplitFiles, readPickledSplits } from './read-pickled-splits.js';

/**
 * Reads the interactions of a dataset folder: `<name>.inter` if there is one, whatever lies beside
 * it ({@link readInter}); else `train.json`, `val.json`, `test.json` ({@link readJsonSplits}); else
 * pickled SciPy matrices ({@link readPickledSplits}). External ids are those of `users.jsonl` and
 * `items.jsonl`, where these have them. Of several `.inter` files the one named as
 * the folder is taken.
 *
 * @throws {Error} If the folder is missing, holds none of these, or holds several `.inter` files of
 * other names; else what the reader throws.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'mmrec-'));
 * await writeFile(join(folder, 'shop.inter'), 'userID\titemID\tx_label\n0\t1\t0\n1\t0\t2\n');
 * const dataset = await readDataset(folder);
 * dataset.name // => 'shop'
 * dataset.test.users // => [1]
 * ```
 */
export async function readDataset(folder: string, options: CountOptions = {}): Promise<Dataset> {
  const dataset = await readInteractions(folder, options);
  const { numUsers, numItems } = dataset.train;
  const users = await readExternalIds(folder, 'users.jsonl', numUsers);
  const items = await readExternalIds(folder, 'items.jsonl', numItems);
  return { ...dataset, users: users ?? dataset.users, items: items ?? dataset.items };
}

async function readInteractions(folder: string, options: CountOptions): Promise<Dataset> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw fileError('readDataset', folder, error);
  });
  const inter = chooseInter(folder, files.filter((file) => file.endsWith('.inter')).sort());
  if (inter !== undefined) return readInter(join(folder, inter), options);
  if (files.includes(jsonSplitFiles[0])) return readJsonSplits(folder, options);
  if (pickledSplitFiles.some(([train]) => files.includes(train!))) {
    return readPickledSplits(folder, options);
  }
  const looked = ['<name>.inter', jsonSplitFiles[0], ...pickledSplitFiles.map(([train]) => train)];
  throw new Error(
    `readDataset: ${folder}: must hold one of ${looked.join(', ')}, got ${listed(files)}.`,
  );
}

function chooseInter(folder: string, found: readonly string[]): string | undefined {
  const own = `${basename(resolve(folder))}.inter`;
  if (found.length <= 1) return found[0];
  if (found.includes(own)) return own;
  throw new Error(
    `readDataset: ${folder}: must hold one .inter file or ${own}, got ${listed(found)}.`,
  );
}

function listed(files: readonly string[]): string {
  if (files.length === 0) return 'an empty folder';
  const shown = files.slice(0, 8).join(', ');
  return files.length > 8 ? `${shown} and ${files.length - 8} more` : shown;
}
