export type { CatalogueItem } from './synth/describe-items.js';
export { synthesize, type SynthesizeOptions, type SyntheticShop } from './synth/synthesize.js';
export { writeSynth, type SynthManifest, type WriteSynthOptions } from './synth/write-synth.js';
