import type { ModelDefinition } from '@mmrec/core';
import { createLightGcn } from './create-lightgcn.js';
import { lightGcnOptions, type LightGcnOptions } from './options.js';
import { lightGcnPresets } from './presets.js';

/** LightGCN as the command line and the trainer know it. */
export const lightgcn: ModelDefinition<LightGcnOptions> = {
  name: 'lightgcn',
  description: 'LightGCN (SIGIR 2020): ids over the interaction graph, no features.',
  options: lightGcnOptions,
  needsFeatures: false,
  training: { learningRate: 1e-3, batchSize: 2048 },
  presets: lightGcnPresets,
  create: createLightGcn,
};

export { createLightGcn } from './create-lightgcn.js';
export { lightGcnOptions, type LightGcnOptions } from './options.js';
