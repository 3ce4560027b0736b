import type { Interactions, Recommender, Rng } from '@mmrec/core';
import { createBatchSampler } from '@mmrec/data';
import type { RankingProtocol } from '@mmrec/metrics';
import { dispose } from '@tensorflow/tfjs-core';
import { createBestEpoch } from './best-epoch.js';
import { fitOptions, type FitOptions } from './fit-options.js';
import { learningRateFactor } from './learning-rate-schedule.js';
import { createLossMeans } from './loss-means.js';
import { createTrainingPhases, trainStep } from './training-phases.js';
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
  /** Aborting stops training after the batch at hand; the best epoch so far is kept. */
  readonly signal?: AbortSignal;
  readonly callbacks?: FitCallbacks;
}

/** Called while a model is trained. A promise returned is awaited. */
export interface FitCallbacks {
  onBatch?(progress: { epoch: number; batch: number; batches: number }): void;
  onEpoch?(record: EpochRecord): void | Promise<void>;
  /** After an evaluation that is the best so far; the model's parameters are that epoch's. */
  onBest?(record: EpochRecord): void | Promise<void>;
}

/** What happened in an epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean of each term of the objective, and of their sum as `total`. */
  readonly losses: Readonly<Record<string, number>>;
  /** Validation metrics, in the epochs that were evaluated. */
  readonly valid?: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Time of the training part. */
  readonly seconds: number;
  readonly evaluationSeconds?: number;
}

/** How training went. The model is left with the parameters of the best epoch. */
export interface FitResult {
  /** The epoch chosen: the best on validation, else the last. 0 when no epoch was finished. */
  readonly bestEpoch: number;
  /** Validation metrics at that epoch; absent without validation. */
  readonly bestValid?: Readonly<Record<string, number>>;
  readonly history: readonly EpochRecord[];
  readonly stopped: 'epochs' | 'patience' | 'signal';
}

/**
 * Trains a model with Adam until its validation metric no longer improves, and leaves it with the
 * parameters of the best epoch. The test split plays no part.
 *
 * Draws are named `epoch/<n>/…` within `rng`: an epoch's batches and noise depend on nothing before it.
 *
 * @throws {TypeError | RangeError} For options out of range or a metric that does not exist.
 * @throws {Error} If a loss term stops being a finite number, naming it and the epoch.
 */
export async function fit(model: Recommender, inputs: FitInputs): Promise<FitResult> {
  const options = fitOptions.resolve('fit', inputs.options);
  const { signal, callbacks = {}, metric = 'recall@20', protocol = 'mmrec' } = inputs;
  const validate = await createValidation(model, { ...inputs, metric, protocol });
  const trainer = createTrainer(model, inputs, options);
  const best = createBestEpoch<EpochRecord>({ ...model.parameters, ...model.buffers });
  const history: EpochRecord[] = [];

  async function runEpochs(): Promise<FitResult['stopped']> {
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      const trained = await trainer.runEpoch(epoch);
      if (!trained) return 'signal';
      const due = epoch % options.evaluateEvery === 0 || epoch === options.epochs;
      const record = { epoch, ...trained, ...(due && (await validate?.())) };
      history.push(record);
      await callbacks.onEpoch?.(record);
      if (!('valid' in record)) continue;
      if (best.offer(record.valid![metric]!, record)) await callbacks.onBest?.(record);
      else if (options.patience > 0 && best.misses() >= options.patience) return 'patience';
      if (signal?.aborted) return 'signal';
    }
    return 'epochs';
  }

  try {
    const stopped = await runEpochs();
    const chosen = best.restore();
    const bestEpoch = chosen?.epoch ?? history.length;
    return { bestEpoch, ...(chosen?.valid && { bestValid: chosen.valid }), history, stopped };
  } finally {
    trainer.dispose();
  }
}

/** What one epoch of training gives. */
type TrainedEpoch = Pick<EpochRecord, 'losses' | 'learningRate' | 'seconds'>;

/** Batches, optimisers and the means of the losses: what training needs from one epoch to the next. */
function createTrainer(
  model: Recommender,
  { train, rng, signal, callbacks = {} }: FitInputs,
  options: Readonly<FitOptions>,
) {
  const sampler = createBatchSampler(train, {
    batchSize: options.batchSize,
    sampling: model.sampling ?? 'triplets',
    negatives: options.negatives,
  });
  const { batchesPerEpoch: batches } = sampler;
  const phases = createTrainingPhases(model, options);
  const means = createLossMeans();

  /** Trains on every batch once; undefined when the signal came before the last. */
  async function runEpoch(epoch: number): Promise<TrainedEpoch | undefined> {
    const start = performance.now();
    const epochRng = rng.fork(`epoch/${epoch}`);
    let learningRate = options.learningRate;
    let batch = 0;
    model.startEpoch?.(epoch);
    for (const rows of sampler.epoch(epochRng.fork('batches'))) {
      if (signal?.aborted) return undefined;
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
