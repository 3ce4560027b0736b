import type { Interactions, Recommender, Rng } from '@mmrec/core';
import type { RankingProtocol } from '@mmrec/metrics';
import { createBestEpoch } from './best-epoch.js';
import {
  createTrainingCheckpoints,
  type CheckpointInputs,
} from './checkpoint/training-checkpoints.js';
import type { TrainingState } from './checkpoint/training-state.js';
import type { EpochRecord, FitCallbacks, FitResult } from './fit-callbacks.js';
import { fitOptions, type FitOptions } from './fit-options.js';
import { createTrainer } from './trainer.js';
import { createValidation } from './validation.js';

/** What a model is trained on, and how it is chosen. */
export interface FitInputs {
  readonly train: Interactions;
  /** The epoch is chosen on these; without them the last epoch is taken. */
  readonly validation?: Interactions;
  /** Batches, negatives and the model's noise come from here. */
  readonly rng: Rng;
  readonly options?: Partial<FitOptions>;
  readonly protocol?: RankingProtocol;
  /** The validation metric that chooses the epoch, such as `recall@20`, the default. */
  readonly metric?: string;
  /**
   * Aborting stops training after the batch at hand; the best epoch so far is kept. With checkpoints the epoch
   * is ended first if the one before it isn't saved, so that no finished epoch is lost.
   */
  readonly signal?: AbortSignal;
  /** Keeps the state of training, and goes on from what is kept: the result is the same, bit for bit. */
  readonly checkpoints?: CheckpointInputs;
  readonly callbacks?: FitCallbacks;
}

/**
 * Trains a model with Adam until its validation metric no longer improves, and leaves it with the
 * parameters of the best epoch. The test split plays no part.
 *
 * Draws are named `epoch/<n>/…` within `rng`: an epoch's batches and noise depend on nothing before it, so that
 * an interrupted training goes on exactly from the checkpoint of an epoch's end.
 *
 * @throws {TypeError | RangeError} For options out of range or a metric that does not exist.
 * @throws {Error} If a loss term stops being a finite number, naming it and the epoch; if a checkpoint can't be
 *   written or is of another model.
 */
export async function fit(model: Recommender, inputs: FitInputs): Promise<FitResult> {
  const options = fitOptions.resolve('fit', inputs.options);
  const { signal, callbacks = {}, metric = 'recall@20', protocol = 'mmrec' } = inputs;
  const validate = await createValidation(model, { ...inputs, metric, protocol });
  const trainer = createTrainer(model, inputs, options);
  const variables = { ...model.parameters, ...model.buffers };
  const best = createBestEpoch<EpochRecord>(variables);
  const history: EpochRecord[] = [];
  const optimizers = Object.fromEntries(
    trainer.phases.map(({ name, optimizer }) => [name, optimizer]),
  );
  const state: TrainingState = { variables, optimizers, best, history };
  const checkpoints = createTrainingCheckpoints(state, inputs.checkpoints, callbacks);

  /** What ends training at the end of an epoch. */
  function reasonToStop(): FitResult['stopped'] | undefined {
    if (options.patience > 0 && best.misses() >= options.patience) return 'patience';
    if (history.length >= options.epochs) return 'epochs';
    return signal?.aborted ? 'signal' : undefined;
  }

  // An epoch that is cut short must be done again: only where the one before it needn't be as well.
  const mustStop = () => Boolean(signal?.aborted) && checkpoints.isSaved();

  async function runEpochs(): Promise<FitResult['stopped']> {
    for (;;) {
      const reason = reasonToStop();
      if (reason) return reason;
      const epoch = history.length + 1;
      const trained = await trainer.runEpoch(epoch, mustStop);
      if (!trained) return 'signal';
      const due = epoch % options.evaluateEvery === 0 || epoch === options.epochs;
      const record = { epoch, ...trained, ...(due && (await validate?.())) };
      history.push(record);
      await callbacks.onEpoch?.(record);
      if ('valid' in record && best.offer(record.valid![metric]!, record))
        await callbacks.onBest?.(record);
      await checkpoints.afterEpoch();
    }
  }

  try {
    await checkpoints.resume();
    checkEpochs(options.epochs, history.length);
    await callbacks.onStart?.(history);
    const stopped = await runEpochs();
    if (history.length > 0) await checkpoints.save();
    const chosen = best.restore();
    const bestEpoch = chosen?.epoch ?? history.length;
    const result = {
      ...{ bestEpoch, history, stopped },
      ...(chosen?.valid && { bestValid: chosen.valid }),
    };
    await callbacks.onEnd?.(result);
    return result;
  } finally {
    trainer.dispose();
  }
}

/** @throws {RangeError} If more epochs are done than are asked for. */
function checkEpochs(epochs: number, done: number): void {
  if (done <= epochs) return;
  throw new RangeError(
    `fit: epochs must be at least ${done}, which the checkpoint has behind it, got ${epochs}.`,
  );
}
