import { html, type Html, type HtmlValue } from '../html/html.js';
import { htmlTable, type HtmlColumn } from '../html/html-table.js';
import { stopReason } from '../stop-reasons.js';
import { formatMetric } from '../table.js';
import type { PlottedRun } from './read-plotted-run.js';
import { runSwatch } from './run-swatch.js';
import { differs, runOptions } from './run-options.js';

/** A column, and its cell for each run. */
interface Column extends HtmlColumn {
  readonly cells: readonly HtmlValue[];
}

/**
 * How the runs ended, a row each: the chosen metric on validation, what was measured on test, the cost, and
 * the options that differ.
 *
 * @param comparable - Whether metrics may be compared: the best of a column is marked then.
 */
export function summaryTable(
  runs: readonly PlottedRun[],
  { metric, comparable }: { readonly metric: string; readonly comparable: boolean },
): Html {
  const metricColumn = (group: string, name: string, values: readonly (number | undefined)[]) => ({
    title: name,
    group,
    number: true,
    cells: metricCells(values, comparable && runs.length > 1),
  });
  const tested = new Set(runs.flatMap(({ metrics }) => Object.keys(metrics?.best.test ?? {})));
  const valid = runs.map(({ best }) => best?.valid?.[metric]);
  const columns: Column[] = [
    { title: 'Run', cells: runs.map(({ name }, index) => [runSwatch(index), name]) },
    { title: 'Model', cells: runs.map(({ config }) => config.model) },
    { title: 'Best epoch', number: true, cells: runs.map(({ best }) => best?.epoch ?? '–') },
    metricColumn('validation', metric, valid),
    ...[...tested].map((name) => {
      return metricColumn(
        'test',
        name,
        runs.map(({ metrics }) => metrics?.best.test?.[name]),
      );
    }),
    { title: 'State', cells: runs.map(stateOf) },
    { title: 'Time', number: true, cells: runs.map((run) => formatSeconds(secondsOf(run))) },
    { title: 'MB', number: true, cells: runs.map(({ metrics }) => metrics?.peakMemoryMB ?? '–') },
    ...optionColumns(runs),
  ];
  return htmlTable({ columns, rows: runs.map((_, at) => columns.map(({ cells }) => cells[at])) });
}

/** Every option of every run, a row each; those that differ are marked. */
export function optionsTable(runs: readonly PlottedRun[]): Html {
  return htmlTable({
    columns: [
      { title: 'Option' },
      ...runs.map(({ name }, index) => ({ title: [runSwatch(index), name] })),
    ],
    rows: runOptions(runs.map(({ config }) => config)).map((option) => [
      differs(option) ? html`<mark>${option.name}</mark>` : option.name,
      ...option.values.map((value) => value ?? '–'),
    ]),
  });
}

function optionColumns(runs: readonly PlottedRun[]): Column[] {
  return runOptions(runs.map(({ config }) => config))
    .filter((option) => option.name !== 'model' && differs(option))
    .map(({ name, values }) => ({
      title: name,
      group: 'options that differ',
      number: values.every((value) => Number.isFinite(Number(value))),
      cells: values,
    }));
}

function metricCells(values: readonly (number | undefined)[], markBest: boolean): HtmlValue[] {
  const texts = values.map((value) => (value === undefined ? '–' : formatMetric(value)));
  const best = formatMetric(Math.max(...values.filter((value) => value !== undefined)));
  return texts.map((text) => (markBest && text === best ? html`<b>${text}</b>` : text));
}

function stateOf({ metrics, history, config }: PlottedRun): string {
  if (metrics) return `${metrics.epochs} epochs, ${stopReason(metrics.stopped)}`;
  const wanted = config.trainingOptions['epochs'];
  return `not finished, ${history.epochs.length} of at most ${String(wanted)} epochs`;
}

const secondsOf = ({ metrics, history: { epochs } }: PlottedRun) =>
  metrics?.seconds ??
  epochs.reduce((sum, record) => sum + record.seconds + (record.evaluationSeconds ?? 0), 0);

/** Seconds as `28.3 s`, `5.3 min` or `2.1 h`. */
function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}
