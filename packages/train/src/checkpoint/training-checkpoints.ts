import { assignValues, valuesOf } from '../best-epoch.js';
import type { EpochRecord, FitCallbacks } from '../fit-callbacks.js';
import type { CheckpointFolder } from './checkpoint-folder.js';
import { createCheckpointSchedule } from './checkpoint-schedule.js';
import {
  captureState,
  restoreState,
  type SavedTraining,
  type TrainingState,
} from './training-state.js';

/** How a training's state is kept, so that an interrupted one can be gone on with. */
export interface CheckpointInputs {
  /** From `openCheckpointFolder`. Training goes on from the newest checkpoint in it. */
  readonly folder: CheckpointFolder<SavedTraining>;
  /** Epochs between checkpoints, ≥ 1; absent: as often as they take at most 1 % of the time. */
  readonly every?: number | undefined;
}

/** Keeps the state of one training. */
export interface TrainingCheckpoints {
  /** Takes up the newest checkpoint, if there is one. */
  resume(): Promise<void>;
  /** At the end of an epoch: writes a checkpoint if one is due. */
  afterEpoch(): Promise<void>;
  /** Writes the state as it is, unless it is saved already. */
  save(): Promise<void>;
  /** Whether the end of the last epoch is saved. */
  isSaved(): boolean;
}

/**
 * Keeps a training's state in a folder; without one, nothing is kept and everything counts as saved.
 *
 * @param callbacks - `onCheckpoint` is called before a checkpoint is written.
 * @throws {RangeError} If `every` is no integer ≥ 1.
 */
export function createTrainingCheckpoints(
  state: TrainingState,
  inputs: CheckpointInputs | undefined,
  { onCheckpoint }: FitCallbacks,
): TrainingCheckpoints {
  if (!inputs) return keepNothing;
  const { folder, every } = inputs;
  if (every !== undefined && !(Number.isInteger(every) && every >= 1)) {
    throw new RangeError(`fit: checkpoints.every must be an integer ≥ 1, got ${every}.`);
  }
  const schedule = createCheckpointSchedule(every);
  let saved = 0;
  let savedChoice: number | undefined;

  async function save(): Promise<void> {
    const epoch = state.history.length;
    if (saved === epoch) return;
    const start = performance.now();
    const chosen = state.best.saved()?.epoch ?? state.history.at(-1)!;
    if (chosen.epoch !== savedChoice && onCheckpoint) {
      await withBest(state, () => onCheckpoint(chosen));
    }
    await folder.write(captureState(state));
    [saved, savedChoice] = [epoch, chosen.epoch];
    schedule.wrote(performance.now() - start);
  }

  return {
    resume: async () => {
      const latest = await folder.readLatest();
      if (!latest) return;
      restoreState(state, latest);
      saved = latest.epoch;
    },
    afterEpoch: async () => {
      if (schedule.due(state.history.length)) await save();
    },
    save,
    isSaved: () => saved === state.history.length,
  };
}

const keepNothing: TrainingCheckpoints = {
  resume: () => Promise.resolve(),
  afterEpoch: () => Promise.resolve(),
  save: () => Promise.resolve(),
  isSaved: () => true,
};

/** Does some work while the model has the parameters of the best epoch. */
async function withBest(
  { best, variables, history }: TrainingState,
  work: () => void | Promise<void>,
): Promise<void> {
  const saved = best.saved();
  if (!saved || saved.epoch === (history.at(-1) as EpochRecord)) return work();
  const current = valuesOf(variables);
  assignValues(variables, saved.values);
  try {
    await work();
  } finally {
    assignValues(variables, current);
  }
}
