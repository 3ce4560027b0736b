import { existsSync } from 'node:fs';
import type { Embeddings } from '@mmrec/core';
import { readDataset, type Dataset } from '@mmrec/data';
import { readRun, type Run } from '@mmrec/train';
import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';

/** A run with its dataset and its embeddings as tensors. */
export interface OpenRun {
  readonly run: Run;
  readonly dataset: Dataset;
  /** The folder that the dataset was read from. */
  readonly dataFolder: string;
  readonly embeddings: Embeddings;
}

/**
 * Reads a run and the dataset that it was trained on.
 *
 * @param dataFolder - Where the dataset lies now; absent: where it lay when the run was made.
 * @throws {Error} If the dataset isn't there, or is not the run's.
 */
export async function openRun(folder: string, dataFolder?: string): Promise<OpenRun> {
  const run = await readRun(folder);
  const { dataset, folder: source } = await readRunDataset(run, dataFolder);
  return { run, dataset, dataFolder: source, embeddings: embeddingsOf(run) };
}

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

/** A run's embeddings as tensors; the caller disposes them. */
export function embeddingsOf({ tensors }: Run): Embeddings {
  const matrix = (name: string): Tensor2D => {
    const { shape, data } = tensors[name]!;
    return tensor2d(data, shape as [number, number]);
  };
  return { users: matrix('user_embeddings'), items: matrix('item_embeddings') };
}
