import type { RunConfig } from '@mmrec/train';

/** An option's value in each run, undefined in runs whose model doesn't have it. */
export interface OptionValues {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

/** All options of some runs by name: what was trained on what, then those of training and of the models. */
export function runOptions(configs: readonly RunConfig[]): readonly OptionValues[] {
  const options = configs.map(optionsOf);
  const names = new Set(options.flatMap((each) => Object.keys(each)));
  return [...names].map((name) => ({ name, values: options.map((each) => each[name]) }));
}

/** Whether every run has the option and not all have the same value. */
export function differs({ values }: OptionValues): boolean {
  return !values.includes(undefined) && new Set(values).size > 1;
}

function optionsOf(config: RunConfig): Readonly<Record<string, string>> {
  const { dataset, modelOptions, trainingOptions, versions } = config;
  const options: Readonly<Record<string, unknown>> = {
    model: config.model,
    dataset: dataset.name,
    modalities: dataset.modalities.join(', ') || 'none',
    protocol: config.protocol,
    seed: config.seed,
    metric: config.metric,
    backend: config.backend,
    init: config.init ?? 'none',
    ...trainingOptions,
    ...modelOptions,
    ...versions,
  };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
