export {
  assignParameters,
  caseBatch,
  caseFeatures,
  caseInteractions,
  checkModelCase,
  type ModelCase,
  type ParameterMap,
} from './check-model-case.js';
export { eachBackend } from './each-backend.js';
export { expectNear, goldenCases, transposed, type GoldenTensor } from './golden.js';
export { checkGradient, type GradientCase } from './gradient-check.js';
export { realData } from './real-data.js';
export { replayRng } from './replay-rng.js';
export { testRecommender, type SuiteOptions } from './test-recommender.js';
export { tinyWorld, withMissingFeatures, type TinyWorld } from './tiny-world.js';
export { findChromium } from './find-chromium.js';
