import type { Batch, LossTerms, Phase, Recommender, Rng } from '@mmrec/core';
import { createAdam, disposeGradients, valueAndGradients, type Optimizer } from '@mmrec/ops';
import { addN, keep } from '@tensorflow/tfjs-core';
import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import type { FitOptions } from './fit-options.js';

/** A phase with the variables it trains and its optimiser. */
export interface TrainingPhase extends Phase {
  readonly variables: Readonly<Record<string, Variable>>;
  readonly optimizer: Optimizer;
  /** Its step size before the schedule's factor. */
  readonly learningRate: number;
}

/** The phases of a model, one over all its parameters where it names none. */
export function createTrainingPhases(
  model: Recommender,
  options: Readonly<FitOptions>,
): TrainingPhase[] {
  const whole: Phase = {
    name: 'main',
    parameters: Object.keys(model.parameters),
    losses: (batch, rng) => model.losses(batch, rng),
  };
  return (model.phases ?? [whole]).map((phase) => {
    const variables = Object.fromEntries(
      phase.parameters.map((name) => [name, model.parameters[name]!]),
    );
    const { learningRate, weightDecay, sparseUpdates } = options;
    const adam = { learningRate, weightDecay, ...phase.adam };
    return {
      name: phase.name,
      parameters: phase.parameters,
      losses: (batch, rng) => phase.losses(batch, rng),
      variables,
      optimizer: createAdam(variables, { ...adam, lazy: sparseUpdates === 'lazy' }),
      learningRate: adam.learningRate,
    };
  });
}

/** One step on one batch; returns the terms, which the caller disposes. */
export function trainStep(
  { losses, variables, optimizer }: TrainingPhase,
  batch: Batch,
  rng: Rng,
): LossTerms {
  let terms: LossTerms = {};
  const { value, gradients } = valueAndGradients(() => {
    terms = losses(batch, rng);
    // Read after the step: the engine would dispose them with the rest of the forward pass.
    for (const term of Object.values(terms)) keep(term);
    return addN<Scalar>(Object.values(terms));
  }, variables);
  optimizer.step(gradients);
  value.dispose();
  disposeGradients(gradients);
  return terms;
}
