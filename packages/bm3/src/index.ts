import type { ModelDefinition } from '@mmrec/core';
import { createBm3 } from './create-bm3.js';
import { bm3Options, type Bm3Options } from './options.js';
import { bm3Presets } from './presets.js';

/** BM3 as the command line and the trainer know it. */
export const bm3: ModelDefinition<Bm3Options> = {
  name: 'bm3',
  description: 'BM3 (WWW 2023): multimodal, trained without negative samples.',
  options: bm3Options,
  needsFeatures: true,
  training: { learningRate: 1e-3, batchSize: 2048 },
  presets: bm3Presets,
  create: createBm3,
};

export { createBm3 } from './create-bm3.js';
export { bm3Options, type Bm3Options } from './options.js';
