export { goldenCases, type GoldenTensor } from './golden.js';
export { replayRng } from './replay-rng.js';
