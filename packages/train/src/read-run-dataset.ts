import { existsSync } from 'node:fs';
import { readDataset, type Dataset } from '@mmrec/data';
import type { Run } from './run-folder.js';

/**
 * Reads the dataset that a run was trained on, and says where it lies.
 *
 * @param dataFolder - Where the dataset lies now; absent: where it lay when the run was made.
 * @throws {Error} If the dataset isn't there, or is not the run's.
 */
export async function readRunDataset(
  { folder, config }: Run,
  dataFolder?: string,
): Promise<{ readonly dataset: Dataset; readonly folder: string }> {
  const { path, numUsers, numItems } = config.dataset;
  const source = dataFolder ?? path;
  if (!existsSync(source)) {
    throw new Error(
      `${folder}: the dataset was at ${source}, and isn't there now. Name its place with --data.`,
    );
  }
  const dataset = await readDataset(source, { numItems });
  if (dataset.train.numUsers !== numUsers || dataset.train.numItems !== numItems) {
    throw new Error(
      `${source}: the dataset must have the run's ${numUsers} users and ${numItems} items, got ${dataset.train.numUsers} and ${dataset.train.numItems}.`,
    );
  }
  return { dataset, folder: source };
}
