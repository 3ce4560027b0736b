import { formatCsv } from '../csv.js';
import type { SeedMean } from '../seed-mean.js';
import { formatMetric } from '../table.js';
import type { SweptConfiguration } from './run-sweep.js';
import type { ConfigurationSummary } from './summarize-sweep.js';

/** Rows under a heading. */
export interface Table {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All configurations with the options that vary, best first; test figures of each model's best. */
export function configurationTable(
  summaries: readonly ConfigurationSummary[],
  metric: string,
): Table {
  const options = varyingOptions(summaries);
  const rounds = summaries.some(({ round }) => round > 1);
  const heading = ['', 'model', ...options, ...(rounds ? ['round'] : []), 'seeds'].concat(
    ...[`valid ${metric}`, `test ${metric}`, 'epochs', 'seconds', 'trial'],
  );
  const rows = summaries.map((one) => [
    one.best ? '*' : '',
    one.model,
    ...options.map((name) => (name in one.options ? String(one.options[name]) : '–')),
    ...(rounds ? [String(one.round)] : []),
    String(one.seeds.length),
    one.failures.length > 0 ? 'failed' : withDeviation(one.valid?.[metric]),
    withDeviation(one.test?.[metric]),
    one.epochs?.toFixed(0) ?? '–',
    one.seconds?.toFixed(1) ?? '–',
    one.id,
  ]);
  return { heading, rows };
}

/** Options whose values differ between configurations of a model, in the order of their first appearance. */
function varyingOptions(summaries: readonly ConfigurationSummary[]): string[] {
  const values = new Map<string, Set<unknown>>();
  for (const { model, options } of summaries) {
    for (const [name, value] of Object.entries(options)) {
      const key = JSON.stringify([model, name]);
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  const varying = [...values].filter(([, seen]) => seen.size > 1).map(([key]) => key);
  return [...new Set(varying.map((key) => (JSON.parse(key) as [string, string])[1]))];
}

function withDeviation(value: SeedMean | undefined): string {
  if (!value) return '–';
  const { mean, deviation } = value;
  return deviation === undefined
    ? formatMetric(mean)
    : `${formatMetric(mean)} ± ${formatMetric(deviation)}`;
}

/** Every trial as a line of CSV: its options, how it ended, and its validation metrics. */
export function trialsCsv(swept: readonly SweptConfiguration[]): string {
  const optionNames = [
    ...new Set(swept.flatMap(({ configuration }) => Object.keys(configuration.options))),
  ];
  const outcomes = swept.flatMap((one) => one.outcomes.map((outcome) => ({ ...one, outcome })));
  const metrics = [
    ...new Set(
      outcomes.flatMap(({ outcome }) =>
        outcome.status === 'finished' ? Object.keys(outcome.valid) : [],
      ),
    ),
  ];
  const heading = ['trial', 'model', ...optionNames, 'seed', 'round', 'status', 'epochs'].concat(
    'seconds',
    metrics.map((name) => `valid ${name}`),
    'message',
  );
  const rows = outcomes.map(({ configuration, round, outcome }) => {
    const done = outcome.status === 'finished' ? outcome : undefined;
    return [
      outcome.task.id,
      configuration.model,
      ...optionNames.map((name) => configuration.options[name]?.toString() ?? ''),
      outcome.task.seed,
      round,
      outcome.status,
      done?.epochs ?? '',
      done?.seconds ?? '',
      ...metrics.map((name) => done?.valid[name] ?? ''),
      outcome.status === 'failed' ? outcome.message : '',
    ];
  });
  return formatCsv(heading, rows);
}
