import type { BestEpoch } from '../best-epoch.js';
import type { EpochRecord } from '../fit-callbacks.js';
import type { Checkpoint } from './checkpoint-folder.js';
import {
  captureVariables,
  numbersOf,
  restoreVariables,
  type SavedSteps,
  type TrainedVariables,
} from './trained-variables.js';

/**
 * Everything that changes while a model is trained. What is drawn is named by epoch and batch, so the number of
 * the epoch stands for the state of the random numbers and of the sampler.
 */
export interface TrainingState extends TrainedVariables {
  readonly best: BestEpoch<EpochRecord>;
  readonly history: EpochRecord[];
}

/** What a checkpoint holds beside tensors. */
export interface SavedTraining extends SavedSteps {
  /** The best epoch and the evaluations since that were no better. */
  readonly best?: { readonly epoch: number; readonly value: number; readonly misses: number };
  readonly history: readonly EpochRecord[];
}

/**
 * The state at the end of an epoch: variables and moments, and the best epoch's variables as `best/<name>`, unless
 * the last epoch is the best. Write it before training goes on.
 */
export function captureState(training: TrainingState): Checkpoint<SavedTraining> {
  const { variables, history } = training;
  const { tensors, state } = captureVariables(training);
  const epoch = history.length;
  const saved = training.best.saved();
  if (!saved) return { epoch, tensors, state: { ...state, history } };
  const { value, misses, values } = saved;
  const own = saved.epoch.epoch === epoch ? {} : values;
  const kept = Object.entries(own).map(
    ([name, data]) => [`best/${name}`, { shape: variables[name]!.shape, data }] as const,
  );
  return {
    epoch,
    tensors: { ...tensors, ...Object.fromEntries(kept) },
    state: { ...state, best: { epoch: saved.epoch.epoch, value, misses }, history },
  };
}

/**
 * Puts the state of a checkpoint back.
 *
 * @throws {Error} If it lacks a tensor of this model, or holds one of another shape.
 */
export function restoreState(training: TrainingState, checkpoint: Checkpoint<SavedTraining>): void {
  const { variables, best, history } = training;
  const { state } = checkpoint;
  const current = restoreVariables(training, checkpoint);
  history.push(...state.history);
  if (!state.best) return;
  const { epoch, value, misses } = state.best;
  const kept = () =>
    Object.fromEntries(
      Object.entries(variables).map(
        ([name, variable]) => [name, numbersOf(checkpoint, `best/${name}`, variable)] as const,
      ),
    );
  const values = epoch === checkpoint.epoch ? current : kept();
  best.resume({ value, misses, epoch: history[epoch - 1]!, values });
}
