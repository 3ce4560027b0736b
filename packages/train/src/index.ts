export { evaluate, type EvaluationInputs, type EvaluationOptions } from './evaluate.js';
export {
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureEvaluationOptions,
  type FeatureRow,
  type FeatureSets,
} from './evaluate-features.js';
export { fit, type EpochRecord, type FitCallbacks, type FitInputs, type FitResult } from './fit.js';
export { fitOptions, type FitOptions } from './fit-options.js';
export { itemCfOptions, itemCfTopK, type ItemCfOptions } from './item-cf-top-k.js';
export {
  learningRateFactor,
  type ScheduleInputs,
  type ScheduleName,
} from './learning-rate-schedule.js';
export { createProgress, type ProgressOptions, type ProgressStream } from './progress.js';
export { recommend, type Recommendation, type RecommendInputs } from './recommend.js';
export {
  checkRunFolder,
  createRunFolder,
  readRun,
  type Run,
  type RunConfig,
  type RunIds,
  type RunMetrics,
  type RunWriter,
} from './run-folder.js';
export { createTrainingPhases, trainStep, type TrainingPhase } from './training-phases.js';
export { warmStart, type WarmStart } from './warm-start.js';
export { zeroShotTopK } from './zero-shot-top-k.js';
export {
  embedColdItems,
  itemsBySight,
  type ColdItemInputs,
} from './cold-items/embed-cold-items.js';
export {
  evaluateItemGroups,
  type ItemGroupOptions,
  type ItemGroupScore,
} from './cold-items/evaluate-item-groups.js';
export {
  contentEmbeddingOptions,
  fitContentEmbedding,
  type ContentEmbedding,
  type ContentEmbeddingInputs,
  type ContentEmbeddingOptions,
} from './cold-items/fit-content-embedding.js';
export { itemGroups, type ItemGroups } from './cold-items/item-groups.js';
export { rankingAuc } from './cold-items/ranking-auc.js';
