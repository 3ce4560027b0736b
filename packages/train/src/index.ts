export type { TrainingIdentity } from './checkpoint/check-identity.js';
export {
  openCheckpointFolder,
  type Checkpoint,
  type CheckpointFolder,
  type CheckpointFolderInputs,
} from './checkpoint/checkpoint-folder.js';
export { lockFolder, type FolderLock } from './checkpoint/folder-lock.js';
export type { CheckpointInputs } from './checkpoint/training-checkpoints.js';
export {
  captureVariables,
  restoreVariables,
  type SavedSteps,
  type TrainedVariables,
} from './checkpoint/trained-variables.js';
export type { SavedTraining } from './checkpoint/training-state.js';
export { evaluate, type EvaluationInputs, type EvaluationOptions } from './evaluate.js';
export {
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureEvaluationOptions,
  type FeatureRow,
  type FeatureSets,
} from './evaluate-features.js';
export { fit, type FitInputs } from './fit.js';
export type { EpochRecord, FitCallbacks, FitResult } from './fit-callbacks.js';
export { fitOptions, type FitOptions } from './fit-options.js';
export { itemCfOptions, itemCfTopK, type ItemCfOptions } from './item-cf-top-k.js';
export {
  learningRateFactor,
  type ScheduleInputs,
  type ScheduleName,
} from './learning-rate-schedule.js';
export { readRunDataset } from './read-run-dataset.js';
export { readRunHistory, type RunHistory } from './read-run-history.js';
export { readRunMetrics } from './read-run-metrics.js';
export { recommend, type Recommendation, type RecommendInputs } from './recommend.js';
export {
  checkRunFolder,
  createRunFolder,
  holdsEpochs,
  readRun,
  readRunConfig,
  runSubfolders,
  type Run,
  type RunConfig,
  type RunIds,
  type RunMetrics,
  type RunStart,
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
  type ContentEmbeddingOptions,
} from './cold-items/fit-content-embedding.js';
export {
  fitContentMap,
  type ContentEmbeddingInputs,
  type ContentMap,
} from './cold-items/fit-content-map.js';
export { itemGroups, type ItemGroups } from './cold-items/item-groups.js';
export { rankingAuc } from './cold-items/ranking-auc.js';
export { describeDuration } from './watching/describe-duration.js';
export { combineCallbacks } from './watching/combine-callbacks.js';
export { createWebhook, type Webhook, type WebhookInputs } from './watching/create-webhook.js';
export {
  createProgress,
  type Progress,
  type ProgressOptions,
  type ProgressStream,
} from './watching/progress.js';
export {
  createTensorBoardLog,
  type TensorBoardLog,
} from './watching/tensorboard/create-tensorboard-log.js';
