import { createHash } from 'node:crypto';
import type { FeatureMatrix, Interactions } from '@mmrec/core';
import type { RunConfig, TrainingIdentity } from '@mmrec/train';
import type { LoadedData } from '../load-data.js';

/** SHA-256 of everything that a model is trained and judged on: ids, interactions and features. */
export function hashData({ dataset, features }: LoadedData): string {
  const hash = createHash('sha256');
  const add = (name: string, numbers: Int32Array | FeatureMatrix['data']) => {
    hash.update(`\n${name} ${numbers.length}\n`);
    hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  };
  hash.update(JSON.stringify([dataset.users.ids, dataset.items.ids]));
  for (const split of ['train', 'validation', 'test'] as const) {
    const { users, items }: Interactions = dataset[split];
    add(`${split} users`, users);
    add(`${split} items`, items);
  }
  for (const [name, { data }] of Object.entries(features)) add(name, data);
  return hash.digest('hex');
}

/** What must be the same for a run to be gone on with. Where the dataset lies and for how long is trained may change. */
export function trainingIdentity({
  model,
  seed,
  protocol,
  metric,
  backend,
  threads,
  init,
  modelOptions,
  trainingOptions: { epochs, ...trainingOptions },
  dataset,
  versions,
}: Omit<RunConfig, 'version'>): TrainingIdentity {
  const { numUsers, numItems, train, validation, test, modalities, sha256 } = dataset;
  const options = { ...modelOptions, ...trainingOptions } as TrainingIdentity;
  // A schedule spreads over all epochs, so that more of them change the first ones too.
  const fixedEpochs = options['schedule'] === 'constant' ? {} : { epochs: epochs as number };
  return {
    ...{ model, seed, protocol, metric, backend },
    // Elsewhere results don't depend on them.
    ...(backend === 'tensorflow' && { threads: threads! }),
    ...(init !== undefined && { init }),
    ...options,
    ...fixedEpochs,
    ...{ users: numUsers, items: numItems },
    ...{ trainInteractions: train, validationInteractions: validation, testInteractions: test },
    modalities: modalities.join(','),
    'data (SHA-256)': sha256!,
    ...versions,
    // Releases of one major version compute alike.
    node: versions['node']!.split('.')[0]!,
  };
}
