import type { Embeddings } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import { readRun, readRunDataset, type Run } from '@mmrec/train';
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

/** A run's embeddings as tensors; the caller disposes them. */
export function embeddingsOf({ tensors }: Run): Embeddings {
  const matrix = (name: string): Tensor2D => {
    const { shape, data } = tensors[name]!;
    return tensor2d(data, shape as [number, number]);
  };
  return { users: matrix('user_embeddings'), items: matrix('item_embeddings') };
}
