import type { ModelDefinition } from '@mmrec/core';
import { createLgmrec } from './create-lgmrec.js';
import { lgmrecOptions, type LgmrecOptions } from './options.js';
import { lgmrecPresets } from './presets.js';

/** LGMRec as the command line and the trainer know it. */
export const lgmrec: ModelDefinition<LgmrecOptions> = {
  name: 'lgmrec',
  description: 'LGMRec (AAAI 2024): local graphs of ids and features, global hypergraphs.',
  options: lgmrecOptions,
  needsFeatures: true,
  training: { learningRate: 1e-3, batchSize: 2048 },
  presets: lgmrecPresets,
  create: createLgmrec,
};

export { createLgmrec } from './create-lgmrec.js';
export { lgmrecOptions, type LgmrecOptions } from './options.js';
