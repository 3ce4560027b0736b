import type { NamedArray } from '@mmrec/features';
import type { Optimizer } from '@mmrec/ops';
import { tensor, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { assignValues, type BestEpoch } from '../best-epoch.js';
import type { EpochRecord } from '../fit-callbacks.js';
import type { Checkpoint } from './checkpoint-folder.js';

/**
 * Everything that changes while a model is trained. What is drawn is named by epoch and batch, so the number of
 * the epoch stands for the state of the random numbers and of the sampler.
 */
export interface TrainingState {
  /** Parameters and buffers by name. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** Optimisers by phase. */
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  readonly best: BestEpoch<EpochRecord>;
  readonly history: EpochRecord[];
}

/** What a checkpoint holds beside tensors. */
export interface SavedTraining {
  /** Steps taken by each phase's optimiser. */
  readonly steps: Readonly<Record<string, number>>;
  /** The best epoch and the evaluations since that were no better. */
  readonly best?: { readonly epoch: number; readonly value: number; readonly misses: number };
  readonly history: readonly EpochRecord[];
}

/**
 * The state at the end of an epoch. Numbers are not copied where the back end gives them away: write them before
 * training goes on.
 *
 * Tensors: `model/<name>`; `adam/<phase>/<m or v>/<name>`; `best/<name>`, unless the last epoch is the best.
 */
export function captureState({
  variables,
  optimizers,
  best,
  history,
}: TrainingState): Checkpoint<SavedTraining> {
  const tensors: Record<string, NamedArray> = {};
  for (const [name, variable] of Object.entries(variables)) {
    tensors[`model/${name}`] = arrayOf(variable);
  }
  for (const [phase, { state }] of Object.entries(optimizers)) {
    for (const [name, { m, v }] of Object.entries(state)) {
      tensors[`adam/${phase}/m/${name}`] = arrayOf(m);
      tensors[`adam/${phase}/v/${name}`] = arrayOf(v);
    }
  }
  const epoch = history.length;
  const saved = best.saved();
  if (saved && saved.epoch.epoch !== epoch) {
    for (const [name, data] of Object.entries(saved.values)) {
      tensors[`best/${name}`] = { shape: variables[name]!.shape, data };
    }
  }
  return {
    epoch,
    tensors,
    state: {
      steps: mapValues(optimizers, ({ steps }) => steps),
      ...(saved && {
        best: { epoch: saved.epoch.epoch, value: saved.value, misses: saved.misses },
      }),
      history,
    },
  };
}

/**
 * Puts the state of a checkpoint back.
 *
 * @throws {Error} If it lacks a tensor of this model, or holds one of another shape.
 */
export function restoreState(
  { variables, optimizers, best, history }: TrainingState,
  { epoch, tensors, state }: Checkpoint<SavedTraining>,
): void {
  const numbersOf = (key: string, { shape }: Pick<Tensor, 'shape'>) => {
    const found = tensors[key];
    if (found?.shape.join() === shape.join()) return found.data;
    const got = found ? `[${found.shape.join(', ')}]` : 'none';
    throw new Error(
      `resume: the checkpoint of epoch ${epoch} must hold ${key} [${shape.join(', ')}], got ${got}. It is of another model.`,
    );
  };
  const model = mapValues(variables, (variable, name) => numbersOf(`model/${name}`, variable));
  for (const [phase, optimizer] of Object.entries(optimizers)) {
    const moments = mapValues(optimizer.state, ({ m, v }, name) => ({
      m: tensor(numbersOf(`adam/${phase}/m/${name}`, m), m.shape),
      v: tensor(numbersOf(`adam/${phase}/v/${name}`, v), v.shape),
    }));
    optimizer.restore({ steps: state.steps[phase]!, state: moments });
  }
  history.push(...state.history);
  if (state.best) {
    const { epoch: bestEpoch, value, misses } = state.best;
    const values =
      bestEpoch === epoch
        ? // Copies: on the cpu back end the variables take the arrays themselves, and change them.
          mapValues(model, (data) => data.slice())
        : mapValues(variables, (variable, name) => numbersOf(`best/${name}`, variable));
    best.resume({ value, misses, epoch: history[bestEpoch - 1]!, values });
  }
  assignValues(variables, model);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

const arrayOf = (x: Tensor): NamedArray => ({
  shape: x.shape,
  data: x.dataSync() as Float32Array | Int32Array,
});
