import { createHash } from 'node:crypto';
import { createRng } from '@mmrec/core';
import { combinations, drawOptions, type TrialOptions } from './search-space.js';
import type { SweepSpec } from './sweep-spec.js';

/** A model with options, to be trained once for each seed. */
export interface Configuration {
  /** From the model and its options: the same ones have the same name in every sweep. */
  readonly id: string;
  readonly model: string;
  readonly options: TrialOptions;
}

/** A configuration with a seed: one run. */
export interface Trial {
  /** Name of its run folder. */
  readonly id: string;
  readonly configuration: Configuration;
  readonly seed: number;
}

/** The configurations that a sweep begins with, each once, model by model. */
export function planConfigurations({ models, search }: SweepSpec): Configuration[] {
  const planned = models.flatMap(({ model, space }) => {
    if (search.method === 'grid') {
      return combinations(space).map((options) => configurationOf(model, options));
    }
    // Each trial's draw is named by its number: more trials keep the earlier ones.
    const rng = createRng(search.seed).fork(`sweep/${model}`);
    return Array.from({ length: search.trials }, (_, trial) =>
      configurationOf(model, drawOptions(space, rng.stream(`trial/${trial}`))),
    );
  });
  return [...new Map(planned.map((one) => [one.id, one])).values()];
}

/** A configuration's trials, a seed each. */
export function trialsOf(configuration: Configuration, seeds: readonly number[]): Trial[] {
  return seeds.map((seed) => ({ id: `${configuration.id}-seed${seed}`, configuration, seed }));
}

function configurationOf(model: string, options: TrialOptions): Configuration {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256')
    .update(JSON.stringify([model, sorted]))
    .digest('hex');
  return { id: `${model}-${hash.slice(0, 8)}`, model, options };
}
