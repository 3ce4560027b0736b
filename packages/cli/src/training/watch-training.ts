import {
  combineCallbacks,
  createProgress,
  createTensorBoardLog,
  createWebhook,
  runSubfolders,
  type FitCallbacks,
  type ProgressOptions,
  type RunMetrics,
} from '@mmrec/train';
import type { Streams } from '../streams.js';

/** What shows training to people and programs. */
export interface TrainingWatch {
  readonly callbacks: FitCallbacks;
  /** Says something in a line of its own. */
  note(text: string): void;
  /** Training has ended. */
  end(metrics: RunMetrics): Promise<void>;
  /** Training has failed. */
  fail(error: Error): Promise<void>;
}

/** Who watches what. */
export interface TrainingWatchInputs {
  /** The run's. */
  readonly folder: string;
  readonly model: string;
  readonly progress: ProgressOptions;
  readonly stderr: Streams['stderr'];
  /** Whether TensorBoard's event files are written. */
  readonly log: 'tensorboard' | undefined;
  /** Address that is told. */
  readonly webhook: string | undefined;
}

/**
 * Shows progress on a terminal, and, where wanted, in event files and to a webhook.
 *
 * @throws {RangeError} If the webhook is no http address.
 */
export function watchTraining(inputs: TrainingWatchInputs): TrainingWatch {
  const { folder: run, model } = inputs;
  const progress = createProgress(inputs.stderr, inputs.progress);
  const tensorBoard =
    inputs.log === 'tensorboard' ? createTensorBoardLog(runSubfolders(run).tensorboard) : undefined;
  const webhook =
    inputs.webhook === undefined
      ? undefined
      : createWebhook({ url: inputs.webhook, about: { run, model }, onWarning: progress.note });
  const resumed: FitCallbacks = {
    onStart: ({ length }) => {
      if (length > 0) progress.note(`going on after epoch ${length}`);
    },
  };
  return {
    callbacks: combineCallbacks(
      ...[progress, resumed, tensorBoard, webhook].filter((watcher) => watcher !== undefined),
    ),
    note: progress.note,
    end: async (metrics) => {
      progress.done();
      const test = Object.entries(metrics.best.test ?? {});
      const scalars = Object.fromEntries(test.map(([name, value]) => [`test/${name}`, value]));
      await tensorBoard?.scalars(metrics.best.epoch, scalars);
      webhook?.send({ event: 'end', ...metrics });
      await webhook?.flush();
    },
    fail: async ({ message }) => {
      progress.done();
      webhook?.send({ event: 'failure', message });
      await webhook?.flush();
    },
  };
}
