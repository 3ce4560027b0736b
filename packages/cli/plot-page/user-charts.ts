import type { PlotData, UserDistribution } from '../src/plot/plot-data.js';
import { runStyle } from '../src/plot/run-colours.js';
import { formatMetric } from '../src/table.js';
import { barPositions } from './chart.js';
import type { ChartSpec } from './chart-spec.js';
import { element, swatch } from './elements.js';
import { formatShare } from './format.js';
import type { View } from './view.js';

/** A run that was evaluated and is not hidden. */
interface ShownRun {
  readonly run: number;
  readonly name: string;
  readonly users: UserDistribution;
}

function shownRuns({ runs }: PlotData, { hidden, userMetric }: View): ShownRun[] {
  return runs.flatMap(({ name, users }, run) => {
    const distribution = users?.[userMetric];
    return distribution && !hidden.has(run) ? [{ run, name, users: distribution }] : [];
  });
}

/** How many users have which value of the chosen metric, those without a hit left out; undefined without any. */
export function userChart(data: PlotData, view: View): ChartSpec | undefined {
  const shown = shownRuns(data, view);
  if (shown.length === 0) return undefined;
  const bins = shown[0]!.users.bins.length;
  const edge = (bin: number) => (bin / bins).toFixed(2).replace(/^0/, '');
  return {
    title: `Users by ${view.userMetric} on ${data.split}, those with a hit`,
    xLabel: view.userMetric,
    height: 280,
    wide: true,
    bars: bins,
    formatX: (x) => {
      const bin = Math.floor(x * bins);
      return `${view.userMetric} above ${edge(bin)}, to ${edge(bin + 1)}`;
    },
    formatY: (share) => `${formatShare(share)} of users`,
    lines: shown.map(({ run, name, users }, at) => ({
      run,
      name,
      x: barPositions(bins, at, shown.length),
      y: users.bins.map((count) => count / users.numUsers),
      epochs: [],
      marked: -1,
    })),
  };
}

/** A row for each run: users, mean, share with a hit, mean among those. */
export function userTable(data: PlotData, view: View): HTMLElement {
  const { userMetric: metric } = view;
  const heading = ['Run', 'users', `mean ${metric}`, 'with a hit', `mean ${metric} of those`];
  const rows = shownRuns(data, view).map(({ run, name, users }) => {
    const { numUsers, mean, numHit } = users;
    const { colour, dash } = runStyle(run);
    const numbers = [
      numUsers.toLocaleString('en'),
      formatMetric(mean),
      formatShare(numHit / numUsers),
      numHit > 0 ? formatMetric((mean * numUsers) / numHit) : '–',
    ];
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, swatch(colour, dash), name),
      ...numbers.map((text) => element('td', { class: 'number' }, text)),
    );
  });
  const cells = heading.map((text, at) => {
    return element('th', { scope: 'col', ...(at > 0 && { class: 'number' }) }, text);
  });
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...cells)),
    element('tbody', {}, ...rows),
  );
  return element('div', { class: 'table' }, table);
}
