import type { Recommender, Rng } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import {
  combineCallbacks,
  evaluate,
  fit,
  type EpochRecord,
  type FitCallbacks,
  type FitOptions,
  type RunMetrics,
} from '@mmrec/train';
import type { OpenTrainingRun } from './open-training-run.js';
import { stopOnSignals } from './stop-on-signals.js';
import type { TrainingWatch } from './watch-training.js';

/** A training to be recorded in a run folder. */
export interface RecordedTraining {
  readonly recommender: Recommender;
  readonly dataset: Dataset;
  readonly rng: Rng;
  /** When the command began, by `performance.now()`. */
  readonly startedAt: number;
  readonly options: Readonly<FitOptions>;
  readonly protocol: 'mmrec' | 'lattice';
  /** The validation metric that chooses the epoch. */
  readonly metric: string;
  readonly run: OpenTrainingRun;
  readonly watch: TrainingWatch;
}

/**
 * Trains, evaluates on test once, at the epoch chosen on validation, and ends the run. Ctrl-C stops training, and
 * the run ends with what it has; a second one ends the process.
 */
export async function trainAndRecord(training: RecordedTraining): Promise<RunMetrics> {
  const { recommender, dataset, rng, run, watch, options, protocol, metric, startedAt } = training;
  const recorder = createRecorder(training);
  const stop = stopOnSignals(() => watch.note('stopping; Ctrl-C once more ends at once'));
  try {
    const { bestEpoch, bestValid, stopped, history } = await fit(recommender, {
      ...{ train: dataset.train, validation: dataset.validation, rng: rng.fork('fit') },
      ...{ options, protocol, metric, signal: stop.signal },
      ...(run.checkpoints && { checkpoints: run.checkpoints }),
      callbacks: combineCallbacks(recorder.callbacks, watch.callbacks),
    });
    await recorder.save();
    const test = await testMetrics(training);
    const metrics: RunMetrics = {
      best: { epoch: bestEpoch, ...(bestValid && { valid: bestValid }), ...(test && { test }) },
      protocol,
      stopped,
      epochs: history.length,
      seconds: recorder.secondsBefore() + (performance.now() - startedAt) / 1000,
      // In KiB, the WebAssembly memory included.
      peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    await run.writer.finish(metrics);
    await watch.end(metrics);
    return metrics;
  } catch (error) {
    await watch.fail(error as Error);
    throw error;
  } finally {
    stop.dispose();
  }
}

/** Writes what happens in training to the run folder. */
function createRecorder({ recommender, rng, run }: RecordedTraining) {
  const { writer, lock, checkpoints } = run;
  let secondsBefore = 0;
  const save = () => writer.saveModel(recommender, evaluationRng(rng));
  const callbacks: FitCallbacks = {
    onEpoch: async (record) => {
      await lock.check();
      await writer.appendHistory(record);
    },
    onStart: async (history) => {
      secondsBefore = history.reduce((sum, record) => sum + secondsOf(record), 0);
      await writer.rewriteHistory(history);
    },
    // Saved as often as checkpoints are: each time would slow short epochs down.
    ...(checkpoints ? { onCheckpoint: save } : { onBest: save }),
  };
  return { callbacks, save, secondsBefore: () => secondsBefore };
}

const secondsOf = ({ seconds, evaluationSeconds = 0 }: EpochRecord) => seconds + evaluationSeconds;

/** What `fit` evaluates with: a model that draws noise then has the same embeddings on test and in the run folder. */
const evaluationRng = (rng: Rng) => rng.fork('fit').fork('embed');

async function testMetrics({
  recommender,
  dataset: { train, test },
  rng,
  protocol,
}: RecordedTraining): Promise<Readonly<Record<string, number>> | undefined> {
  if (test.users.length === 0) return undefined;
  const embeddings = recommender.embed(evaluationRng(rng));
  const { mean } = await evaluate(embeddings, { train, heldOut: test }, { protocol });
  embeddings.users.dispose();
  embeddings.items.dispose();
  return mean;
}
