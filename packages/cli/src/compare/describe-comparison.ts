import { formatMetric, formatTable } from '../table.js';
import type { Comparison, GroupedFigures, SystemFigures } from './compare-groups.js';

/** A comparison as text: tables of accuracy, of differences, beyond accuracy, by group, and of cost. */
export function describeComparison(comparison: Comparison, metric: string): string {
  const { systems } = comparison;
  return [
    section('Accuracy, with 95 % bootstrap intervals over users', accuracy(systems)),
    section(
      `Differences, per user; p-values corrected for all ${comparison.comparisons.length} comparisons (Holm)`,
      differences(comparison),
    ),
    section('Beyond accuracy', beyondAccuracy(systems)),
    section(
      `${metric} by the number of training interactions of the user`,
      byGroup(comparison.byHistory, 'users'),
    ),
    section(
      `Share of held-out interactions retrieved, by the item's training interactions`,
      byGroup(comparison.byPopularity, 'interactions'),
    ),
    section('Cost', costs(systems)),
  ].join('\n');
}

const section = (title: string, table: string) => `${title}\n\n${table}\n`;

/** Signed, to four decimals. */
const signed = (value: number) => `${value < 0 ? '−' : '+'}${formatMetric(Math.abs(value))}`;

/** To three significant digits; `<1e-12` where a test's tail ends. */
function probability(p: number): string {
  if (p < 1e-12) return '<1e-12';
  return p < 0.001 ? p.toExponential(1) : p.toFixed(3).replace(/^0/, '');
}

function accuracy(systems: readonly SystemFigures[]): string {
  const metrics = Object.keys(systems[0]!.metrics);
  const severalSeeds = systems.some(({ deviation }) => deviation);
  const heading = ['', ...(severalSeeds ? ['seeds'] : [])].concat(
    metrics.flatMap((metric) => [metric, 'interval', ...(severalSeeds ? ['± of seeds'] : [])]),
  );
  const rows = systems.map(({ name, seeds, metrics: values, deviation }) => [
    name,
    ...(severalSeeds ? [seeds.join(' ')] : []),
    ...metrics.flatMap((metric) => {
      const { mean, lower, upper } = values[metric]!;
      return [
        formatMetric(mean),
        `${formatMetric(lower)} – ${formatMetric(upper)}`,
        ...(severalSeeds ? [deviation ? formatMetric(deviation[metric]!) : '–'] : []),
      ];
    }),
  ]);
  return formatTable(heading, rows);
}

function differences({ comparisons }: Comparison): string {
  return formatTable(
    ['metric', 'system', 'against', 'difference', '95 % interval', 't', 't-test p', 'Wilcoxon p'],
    comparisons.map(({ metric, system, baseline, difference, tTest, corrected }) => [
      metric,
      system,
      baseline,
      signed(difference.mean),
      `${signed(difference.lower)} … ${signed(difference.upper)}`,
      tTest.statistic.toFixed(2).replace('-', '−'),
      probability(corrected.tTest),
      probability(corrected.wilcoxon),
    ]),
  );
}

function beyondAccuracy(systems: readonly SystemFigures[]): string {
  const figures = Object.keys(systems[0]!.beyondAccuracy);
  return formatTable(
    ['', ...figures],
    systems.map(({ name, beyondAccuracy: values }) => [
      name,
      ...figures.map((figure) => values[figure]!.toFixed(3).replace('-', '−')),
    ]),
  );
}

function byGroup({ groups, values }: GroupedFigures, things: string): string {
  const range = (from: number, to: number) => (from === to ? `${from}` : `${from}–${to}`);
  return formatTable(
    ['', ...groups.map(({ from, to }) => range(from, to))],
    [
      ...Object.entries(values).map(([name, means]) => [name, ...means.map(formatMetric)]),
      [things, ...groups.map(({ size }) => size.toLocaleString('en'))],
    ],
  );
}

function costs(systems: readonly SystemFigures[]): string {
  const known = (value: number | undefined, digits = 0) =>
    value === undefined ? '–' : value.toFixed(digits);
  return formatTable(
    ['', 'epochs', 'seconds', 'peak MB', 'parameters'],
    systems.map(({ name, cost }) => [
      name,
      known(cost.epochs),
      known(cost.seconds, 1),
      known(cost.peakMemoryMB),
      cost.parameters.toLocaleString('en'),
    ]),
  );
}
