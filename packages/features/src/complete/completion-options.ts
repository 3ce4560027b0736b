import { defineOptions, type OptionsDefinition } from '@mmrec/core';

/** The ways to complete features, the simplest first. */
export const completionMethods = ['mean', 'neighbors', 'propagation', 'learned'] as const;

/** How the features of items that lack a modality are made up. */
export type CompletionMethod = (typeof completionMethods)[number];

/** Options of `completeFeatures`. */
export interface CompletionOptions {
  /**
   * `mean`: the mean of the items that have the modality. `neighbors`: the mean of those of them that are nearest in
   * the modalities that the item has. `propagation`: what the item graph passes on from items that have it. `learned`:
   * ridge regression from the modalities that the item has.
   */
  readonly method: CompletionMethod;
  /** `neighbors`: items in the mean. `propagation`: edges that each item has in each graph. ≥ 1, default 50. */
  readonly numNeighbors: number;
  /** `propagation`: steps, ≥ 1, default 40 as in the paper. */
  readonly numIterations: number;
}

/** Rules and defaults of {@link CompletionOptions}. */
export const completionOptions: OptionsDefinition<CompletionOptions> =
  defineOptions<CompletionOptions>({
    method: {
      kind: 'choice',
      default: 'learned',
      choices: completionMethods,
      description: 'How features are made up.',
    },
    numNeighbors: {
      kind: 'integer',
      default: 50,
      min: 1,
      description: 'Nearest items that count.',
    },
    numIterations: { kind: 'integer', default: 40, min: 1, description: 'Steps of propagation.' },
  });
