import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createRunFolder,
  holdsEpochs,
  lockFolder,
  openCheckpointFolder,
  readRunMetrics,
  runSubfolders,
  type CheckpointInputs,
  type FolderLock,
  type RunMetrics,
  type RunStart,
  type RunWriter,
  type SavedTraining,
} from '@mmrec/train';
import type { Streams } from '../streams.js';
import { trainingIdentity } from './training-identity.js';

/** A run folder that this process has for itself, and that is trained in. */
export interface OpenTrainingRun {
  readonly lock: FolderLock;
  readonly writer: RunWriter;
  /** Undefined when none are wanted. */
  readonly checkpoints?: CheckpointInputs;
}

/** What a run folder is opened for. */
export interface TrainingRunInputs extends Omit<RunStart, 'resume'> {
  readonly folder: string;
  /** Go on with what is in the folder, if there is anything. */
  readonly resume: boolean;
  /** Epochs between checkpoints; 0: none; undefined: by their cost. */
  readonly checkpointEvery: number | undefined;
  readonly stderr: Streams['stderr'];
}

/**
 * Opens a run folder to train in it, and locks it.
 *
 * @returns The folder; or how the run in it ended, when it is finished already.
 * @throws {Error} If another process has it, if the run there is another, naming every difference, or if it can't
 *   be gone on with.
 */
export async function openTrainingRun(
  inputs: TrainingRunInputs,
): Promise<{ readonly run: OpenTrainingRun } | { readonly finished: RunMetrics }> {
  const lock = await lockFolder(inputs.folder);
  let opened: Omit<OpenTrainingRun, 'lock'> | undefined;
  try {
    const resume = inputs.resume && canResume(inputs);
    // What is there is looked at before anything of it is changed.
    const saved = resume ? await openCheckpoints(inputs, { resume }) : undefined;
    const metrics = resume ? await readRunMetrics(inputs.folder) : undefined;
    if (metrics && isFinished(metrics, inputs)) return { finished: metrics };
    const { folder, config, ids, checkpointEvery: every } = inputs;
    const writer = await createRunFolder(folder, { config, ids, resume });
    opened = { writer };
    if (every !== 0) {
      const checkpoints = saved ?? (await openCheckpoints(inputs, { resume }));
      opened = { writer, checkpoints: { folder: checkpoints, every } };
    }
    return { run: { lock, ...opened } };
  } finally {
    if (!opened) await lock.release();
  }
}

function openCheckpoints(
  { folder, config, stderr }: TrainingRunInputs,
  { resume }: { readonly resume: boolean },
) {
  return openCheckpointFolder<SavedTraining>(runSubfolders(folder).checkpoint, {
    ...{ identity: trainingIdentity(config), resume },
    onDamaged: (message) => void stderr.write(`${message}; the one before it is tried\n`),
  });
}

/** Whether there is a run to go on with. */
function canResume({ folder, stderr }: TrainingRunInputs): boolean {
  if (existsSync(join(runSubfolders(folder).checkpoint, 'identity.json'))) return true;
  if (holdsEpochs(folder)) {
    throw new Error(
      `train: ${folder} must hold checkpoints to be gone on with, got a run without any. Start again with --force, or choose another --out.`,
    );
  }
  stderr.write(`${folder}: nothing to go on with, training starts from the beginning\n`);
  return false;
}

/** Whether a run that ended has nothing left to do. */
function isFinished({ stopped, epochs: done }: RunMetrics, { config }: TrainingRunInputs): boolean {
  const epochs = Number(config.trainingOptions['epochs']);
  return stopped === 'patience' || (stopped === 'epochs' && epochs <= done);
}
