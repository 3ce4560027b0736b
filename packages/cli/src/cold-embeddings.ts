import { loadData } from './load-data.js';
import type { Embeddings, FeatureMatrix } from '@mmrec/core';
import { contentEmbeddingOptions, embedColdItems } from '@mmrec/train';
import { choice } from './flags.js';
import type { OpenRun } from './open-run.js';

/** The ways to embed new items, for flags. */
const methods = contentEmbeddingOptions.rules.method.choices;

/** The item features that a run was trained on, or all of the folder if its model took none. */
export async function runFeatures({
  run,
  dataFolder,
}: OpenRun): Promise<Readonly<Record<string, FeatureMatrix>>> {
  const { modalities } = run.config.dataset;
  const { features } = await loadData(dataFolder, {
    needsFeatures: true,
    modalities: modalities.length > 0 ? modalities : undefined,
  });
  return features;
}

/**
 * A run's embeddings, with those of items without training interactions made from their features.
 *
 * @param method - Text of the flag; `true` when it has none.
 */
export async function coldEmbeddings(
  open: OpenRun,
  method: string | true,
  flag: string,
): Promise<Embeddings> {
  return embedColdItems(
    {
      embeddings: open.embeddings,
      features: await runFeatures(open),
      train: open.dataset.train,
    },
    { method: choice(flag, method === true ? 'ridge' : method, methods) },
  );
}
