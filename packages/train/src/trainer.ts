import type { Interactions, Recommender, Rng } from '@mmrec/core';
import { createBatchSampler } from '@mmrec/data';
import { dispose } from '@tensorflow/tfjs-core';
import type { EpochRecord, FitCallbacks } from './fit-callbacks.js';
import type { FitOptions } from './fit-options.js';
import { learningRateFactor } from './learning-rate-schedule.js';
import { createLossMeans } from './loss-means.js';
import { createTrainingPhases, trainStep, type TrainingPhase } from './training-phases.js';

/** What is trained on, and whom to tell. */
export interface TrainerInputs {
  readonly train: Interactions;
  readonly rng: Rng;
  readonly callbacks?: FitCallbacks;
}

/** What one epoch of training gives. */
type TrainedEpoch = Pick<EpochRecord, 'losses' | 'learningRate' | 'seconds'>;

/** Batches, optimisers and the means of the losses: what training needs from one epoch to the next. */
export interface Trainer {
  readonly phases: readonly TrainingPhase[];
  /**
   * Trains on every batch once.
   *
   * @param mustStop - Asked before each batch.
   * @returns Undefined when it was to stop before the last batch.
   * @throws {Error} If a loss term is no finite number.
   */
  runEpoch(epoch: number, mustStop: () => boolean): Promise<TrainedEpoch | undefined>;
  dispose(): void;
}

export function createTrainer(
  model: Recommender,
  { train, rng, callbacks = {} }: TrainerInputs,
  options: Readonly<FitOptions>,
): Trainer {
  const sampler = createBatchSampler(train, {
    batchSize: options.batchSize,
    sampling: model.sampling ?? 'triplets',
    negatives: options.negatives,
  });
  const { batchesPerEpoch: batches } = sampler;
  const phases = createTrainingPhases(model, options);
  const means = createLossMeans();

  async function runEpoch(
    epoch: number,
    mustStop: () => boolean,
  ): Promise<TrainedEpoch | undefined> {
    const start = performance.now();
    const epochRng = rng.fork(`epoch/${epoch}`);
    let learningRate = options.learningRate;
    let batch = 0;
    model.startEpoch?.(epoch);
    for (const rows of sampler.epoch(epochRng.fork('batches'))) {
      if (mustStop()) return undefined;
      const passed = epoch - 1 + (batch + 1) / batches;
      const factor = learningRateFactor(options, passed);
      learningRate = options.learningRate * factor;
      for (const phase of phases) {
        phase.optimizer.learningRate = phase.learningRate * factor;
        const terms = trainStep(phase, rows, epochRng.fork(`batch/${batch}/${phase.name}`));
        means.add(terms, rows.users.length);
        dispose(Object.values(terms));
      }
      batch++;
      callbacks.onBatch?.({ epoch, batch, batches });
      // A turn of the event loop, so that signals and timers are served between batches.
      await nextTurn();
    }
    const losses = withTotal(await means.take());
    checkFinite(losses, epoch);
    return { losses, learningRate, seconds: (performance.now() - start) / 1000 };
  }

  return {
    phases,
    runEpoch,
    dispose: () => {
      means.dispose();
      for (const { optimizer } of phases) optimizer.dispose();
    },
  };
}

/** Resolves in the event loop's next turn. */
function nextTurn(): Promise<void> {
  const defer = typeof setImmediate === 'function' ? setImmediate : setTimeout;
  return new Promise((resolve) => void defer(resolve));
}

function withTotal(losses: Record<string, number>): Record<string, number> {
  return { ...losses, total: Object.values(losses).reduce((sum, value) => sum + value, 0) };
}

function checkFinite(losses: Readonly<Record<string, number>>, epoch: number): void {
  for (const [name, value] of Object.entries(losses)) {
    if (Number.isFinite(value)) continue;
    throw new Error(
      `fit: loss '${name}' must be a finite number, got ${value} in epoch ${epoch}. Lower the learning rate.`,
    );
  }
}
