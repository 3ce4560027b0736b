import type { Batch, Interactions, LossTerms, Phase, Recommender, Rng } from '@mmrec/core';
import { createBatchSampler } from '@mmrec/data';
import { evaluateRanking, type RankingMetric, type RankingProtocol } from '@mmrec/metrics';
import { createAdam, type Optimizer } from '@mmrec/ops';
import { addN, dispose, keep, tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, Variable } from '@tensorflow/tfjs-core';
import { evaluate } from './evaluate.js';
import { fitOptions, type FitOptions } from './fit-options.js';
import { learningRateFactor } from './learning-rate-schedule.js';
import { createLossMeans } from './loss-means.js';

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
  const { rng, signal, callbacks = {}, metric = 'recall@20', protocol = 'mmrec' } = inputs;
  const target = parseMetric(metric);
  await checkMetric(target, protocol);
  const sampler = createBatchSampler(inputs.train, {
    batchSize: options.batchSize,
    sampling: model.sampling ?? 'triplets',
    negatives: options.negatives,
  });
  const phases = preparePhases(model, options);
  const history: EpochRecord[] = [];
  const best = createBestKeeper(model.parameters);
  let misses = 0;
  let stopped: FitResult['stopped'] = 'epochs';
  const means = createLossMeans();
  try {
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      if (signal?.aborted) {
        stopped = 'signal';
        break;
      }
      const start = performance.now();
      const finished = await runEpoch(epoch);
      if (!finished) {
        stopped = 'signal';
        break;
      }
      const losses = withTotal(await means.take());
      checkFinite(losses, epoch);
      const seconds = (performance.now() - start) / 1000;
      const due = epoch % options.evaluateEvery === 0 || epoch === options.epochs;
      const validation =
        due && inputs.validation?.users.length ? await validate(inputs.validation) : {};
      const record = {
        epoch,
        losses,
        learningRate: phases[0]!.optimizer.learningRate,
        seconds,
        ...validation,
      };
      history.push(record);
      await callbacks.onEpoch?.(record);
      if ('valid' in validation && validation.valid) {
        if (best.offer((validation.valid as Record<string, number>)[metric]!, record)) {
          misses = 0;
          await callbacks.onBest?.(record);
        } else if (++misses >= options.patience && options.patience > 0) {
          stopped = 'patience';
          break;
        }
      }
    }
    const chosen = best.restore();
    const bestEpoch = chosen?.epoch ?? history.length;
    return { bestEpoch, ...(chosen?.valid && { bestValid: chosen.valid }), history, stopped };
  } finally {
    means.dispose();
    for (const { optimizer } of phases) optimizer.dispose();
  }

  /** Trains on every batch once; false when the signal came before the last. */
  async function runEpoch(epoch: number): Promise<boolean> {
    const epochRng = rng.fork(`epoch/${epoch}`);
    let batch = 0;
    for (const rows of sampler.epoch(epochRng.fork('batches'))) {
      const passed = epoch - 1 + batch / sampler.batchesPerEpoch;
      for (const phase of phases) {
        phase.optimizer.learningRate =
          options.learningRate * learningRateFactor(options, passed + 1 / sampler.batchesPerEpoch);
        const noise = epochRng.fork(`batch/${batch}/${phase.name}`);
        const terms = trainStep(phase, rows, noise);
        means.add(terms, rows.users.length);
        dispose(Object.values(terms));
      }
      batch++;
      callbacks.onBatch?.({ epoch, batch, batches: sampler.batchesPerEpoch });
      // A turn of the event loop, so that signals and timers are served between batches.
      await nextTurn();
      if (signal?.aborted && batch < sampler.batchesPerEpoch) return false;
    }
    return true;
  }

  async function validate(heldOut: Interactions) {
    const start = performance.now();
    const embeddings = model.embed(rng.fork('embed'));
    const { users, mean } = await evaluate(
      embeddings,
      { train: inputs.train, heldOut },
      {
        protocol,
        metrics: [...new Set<RankingMetric>([target.metric, 'recall', 'ndcg'])],
        ks: [...new Set([target.k, 10, 20])],
      },
    );
    dispose([embeddings.users, embeddings.items]);
    if (users.length === 0) {
      throw new RangeError(
        'fit: validation must hold a user with training interactions, got none.',
      );
    }
    return { valid: mean, evaluationSeconds: (performance.now() - start) / 1000 };
  }
}

/** A phase with the variables it trains and its optimiser. */
interface PreparedPhase extends Phase {
  readonly variables: Readonly<Record<string, Variable>>;
  readonly optimizer: Optimizer;
}

function preparePhases(model: Recommender, options: Readonly<FitOptions>): PreparedPhase[] {
  const whole: Phase = {
    name: 'main',
    parameters: Object.keys(model.parameters),
    losses: (batch, rng) => model.losses(batch, rng),
  };
  return (model.phases ?? [whole]).map((phase) => {
    const variables = Object.fromEntries(
      phase.parameters.map((name) => [name, model.parameters[name]!]),
    );
    const { learningRate, weightDecay } = options;
    return {
      name: phase.name,
      parameters: phase.parameters,
      losses: (batch, rng) => phase.losses(batch, rng),
      variables,
      optimizer: createAdam(variables, { learningRate, weightDecay }),
    };
  });
}

/** One step on one batch; returns the terms, which the caller disposes. */
function trainStep(
  { losses, variables, optimizer }: PreparedPhase,
  batch: Batch,
  rng: Rng,
): LossTerms {
  let terms: LossTerms = {};
  const { value, grads } = variableGrads(() => {
    terms = losses(batch, rng);
    // Read after the step: the engine would dispose them with the rest of the forward pass.
    for (const term of Object.values(terms)) keep(term);
    return addN<Scalar>(Object.values(terms));
  }, Object.values(variables));
  const gradients: NamedTensorMap = {};
  for (const [name, { name: tensorName }] of Object.entries(variables)) {
    if (grads[tensorName]) gradients[name] = grads[tensorName];
  }
  optimizer.step(gradients);
  dispose([value, ...Object.values(gradients)]);
  return terms;
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

interface TargetMetric {
  readonly metric: RankingMetric;
  readonly k: number;
}

function parseMetric(text: string): TargetMetric {
  const [, metric, k] = /^([a-z]+)@([1-9]\d*)$/.exec(text) ?? [];
  if (metric === undefined) {
    throw new RangeError(`fit: metric must look like recall@20, got '${text}'.`);
  }
  return { metric: metric as RankingMetric, k: Number(k) };
}

/** Evaluates nothing, so that a name that doesn't exist is found before an epoch is spent. */
async function checkMetric({ metric, k }: TargetMetric, protocol: RankingProtocol): Promise<void> {
  const relevant = { offsets: Int32Array.of(0), items: new Int32Array(0) };
  await evaluateRanking({
    topK: () => new Int32Array(0),
    relevant,
    metrics: [metric],
    ks: [k],
    protocol,
  });
}

/** Keeps a copy of the parameters of the best epoch. */
function createBestKeeper(parameters: Readonly<Record<string, Variable>>) {
  let best:
    { value: number; record: EpochRecord; values: Record<string, Float32Array> } | undefined;
  return {
    /** Whether this epoch is the best so far. */
    offer: (value: number, record: EpochRecord): boolean => {
      if (best && !(value > best.value)) return false;
      const values = Object.entries(parameters).map(([name, parameter]) => {
        return [name, (parameter.dataSync() as Float32Array).slice()] as const;
      });
      best = { value, record, values: Object.fromEntries(values) };
      return true;
    },
    /** Puts the best parameters back. */
    restore: (): EpochRecord | undefined => {
      for (const [name, values] of Object.entries(best?.values ?? {})) {
        const parameter = parameters[name]!;
        tidy(() => parameter.assign(tensor(values, parameter.shape)));
      }
      return best?.record;
    },
  };
}
