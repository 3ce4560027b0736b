import type { ModelDefinition } from '@mmrec/core';
import { createMmssl } from './create-mmssl.js';
import { mmsslOptions, type MmsslOptions } from './options.js';
import { mmsslPresets } from './presets.js';

/** MMSSL as the command line and the trainer know it. */
export const mmssl: ModelDefinition<MmsslOptions> = {
  name: 'mmssl',
  description: 'MMSSL (WWW 2023): multimodal, self-supervised, with an adversarial task.',
  options: mmsslOptions,
  needsFeatures: true,
  training: { learningRate: 5.5e-4, weightDecay: 0.01, batchSize: 1024 },
  presets: mmsslPresets,
  create: createMmssl,
};

export { createMmssl, type MmsslInputs } from './create-mmssl.js';
export { mmsslOptions, type MmsslOptions } from './options.js';
