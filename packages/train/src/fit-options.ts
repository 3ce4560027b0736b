import { defineOptions } from '@mmrec/core';
import type { ScheduleName } from './learning-rate-schedule.js';

/** Options of {@link fit}. */
export interface FitOptions {
  /** Largest number of passes over the training interactions. */
  epochs: number;
  /** Rows of a batch. */
  batchSize: number;
  /** Adam's step size at the start. */
  learningRate: number;
  /** Decoupled weight decay (AdamW); 0 is Adam. */
  weightDecay: number;
  /** How the step size changes over the epochs. */
  schedule: ScheduleName;
  /** Epochs over which the step size rises from 0 at the start. */
  warmupEpochs: number;
  /** Epochs between evaluations on the validation split. */
  evaluateEvery: number;
  /** Evaluations without a better validation metric after which training stops; 0: never. */
  patience: number;
  /** Distribution of sampled negative items. */
  negatives: 'uniform' | 'popularity';
  /**
   * Rows of feature and embedding tables that a batch doesn't touch: moved by Adam's running means as with a
   * dense gradient, or left as they are (`lazy` of `createAdam`), which is faster for wide tables.
   */
  sparseUpdates: 'dense' | 'lazy';
}

/** Rules and defaults of {@link FitOptions}. */
export const fitOptions = defineOptions<FitOptions>({
  epochs: { kind: 'integer', default: 1000, min: 0, description: 'Largest number of epochs.' },
  batchSize: { kind: 'integer', default: 2048, min: 1, description: 'Rows of a batch.' },
  learningRate: { kind: 'number', default: 1e-3, above: 0, description: 'Step size of Adam.' },
  weightDecay: { kind: 'number', default: 0, min: 0, description: 'Decoupled weight decay.' },
  schedule: {
    kind: 'choice',
    default: 'constant',
    choices: ['constant', 'linear', 'cosine', 'exponential'],
    description: 'How the step size changes.',
  },
  warmupEpochs: { kind: 'integer', default: 0, min: 0, description: 'Epochs of rising step size.' },
  evaluateEvery: {
    kind: 'integer',
    default: 1,
    min: 1,
    description: 'Epochs between evaluations.',
  },
  patience: {
    kind: 'integer',
    default: 50,
    min: 0,
    description: 'Evaluations without improvement before stopping; 0: never stop early.',
  },
  negatives: {
    kind: 'choice',
    default: 'uniform',
    choices: ['uniform', 'popularity'],
    description: 'Distribution of negative items.',
  },
  sparseUpdates: {
    kind: 'choice',
    default: 'dense',
    choices: ['dense', 'lazy'],
    description: 'Whether Adam moves rows that a batch does not touch.',
  },
});
