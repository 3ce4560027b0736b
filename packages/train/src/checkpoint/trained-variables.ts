import type { NamedArray } from '@mmrec/features';
import type { Optimizer } from '@mmrec/ops';
import { tensor, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { assignValues, type Values } from '../best-epoch.js';
import type { Checkpoint } from './checkpoint-folder.js';

/** Variables and what trains them. */
export interface TrainedVariables {
  /** Parameters and buffers by name. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** Optimisers by phase. */
  readonly optimizers: Readonly<Record<string, Optimizer>>;
}

/** Steps taken by each phase's optimiser: what of {@link TrainedVariables} is no tensor. */
export interface SavedSteps {
  readonly steps: Readonly<Record<string, number>>;
}

/**
 * Variables and their moments as a checkpoint holds them: `model/<name>` and `adam/<phase>/<m or v>/<name>`. Numbers
 * are not copied where the back end gives them away: write them before training goes on.
 */
export function captureVariables({
  variables,
  optimizers,
}: TrainedVariables): Pick<Checkpoint<SavedSteps>, 'tensors' | 'state'> {
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
  return { tensors, state: { steps: mapValues(optimizers, ({ steps }) => steps) } };
}

/**
 * Puts variables and moments back as a checkpoint has them.
 *
 * @returns A copy of the variables' numbers.
 * @throws {Error} If it lacks one of them, or holds one of another shape.
 */
export function restoreVariables(
  { variables, optimizers }: TrainedVariables,
  checkpoint: Checkpoint<SavedSteps>,
): Values {
  const values = mapValues(variables, (variable, name) =>
    numbersOf(checkpoint, `model/${name}`, variable),
  );
  for (const [phase, optimizer] of Object.entries(optimizers)) {
    const restore = (x: Tensor, key: string) => tensor(numbersOf(checkpoint, key, x), x.shape);
    const state = mapValues(optimizer.state, ({ m, v }, name) => ({
      m: restore(m, `adam/${phase}/m/${name}`),
      v: restore(v, `adam/${phase}/v/${name}`),
    }));
    optimizer.restore({ steps: checkpoint.state.steps[phase]!, state });
  }
  // The variables of the cpu back end take the arrays themselves, and change them.
  assignValues(
    variables,
    mapValues(values, (numbers) => numbers.slice()),
  );
  return values;
}

/**
 * Numbers of a checkpoint's tensor.
 *
 * @throws {Error} If it has none of that name and shape.
 */
export function numbersOf(
  { epoch, tensors }: Checkpoint,
  key: string,
  { shape }: Pick<Tensor, 'shape'>,
): NamedArray['data'] {
  const found = tensors[key];
  if (found?.shape.join() === shape.join()) return found.data;
  const got = found ? `[${found.shape.join(', ')}]` : 'none';
  throw new Error(
    `resume: the checkpoint of epoch ${epoch} must hold ${key} [${shape.join(', ')}], got ${got}. It is of another model.`,
  );
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
