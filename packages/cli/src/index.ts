export { main } from './main.js';
export { models, type AnyModel } from './models.js';
export { formatTable } from './table.js';
export type { Streams } from './streams.js';
export {
  synthesize,
  writeSynth,
  type SynthesizeOptions,
  type SynthManifest,
  type WriteSynthOptions,
} from './synth.js';
