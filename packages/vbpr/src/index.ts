import type { ModelDefinition } from '@mmrec/core';
import { vbpr as model, type VbprOptions } from './create-vbpr.js';
import { vbprPresets } from './presets.js';

/** VBPR as the command line and the trainer know it, with its presets. */
export const vbpr: ModelDefinition<VbprOptions> = { ...model, presets: vbprPresets };

export { createVbpr, vbprOptions, type VbprOptions } from './create-vbpr.js';
