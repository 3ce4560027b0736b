import type { ModelDefinition } from '@mmrec/core';
import { createAlignRec } from './create-alignrec.js';
import { alignRecOptions, type AlignRecOptions } from './options.js';

/** AlignRec as the command line and the trainer know it. */
export const alignrec: ModelDefinition<AlignRecOptions> = {
  name: 'alignrec',
  description: 'AlignRec (CIKM 2024): content aligned with ids, users with items.',
  options: alignRecOptions,
  needsFeatures: true,
  training: { learningRate: 5e-4, batchSize: 2048 },
  create: createAlignRec,
};

export { createAlignRec, type AlignRecInputs } from './create-alignrec.js';
export { additiveFuser, attentionFuser, type Fuser } from './fuser.js';
export { alignRecOptions, type AlignRecOptions } from './options.js';
