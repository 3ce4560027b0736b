import type { Curves, PlotData, PlotRun, Value } from '../src/plot/plot-data.js';
import { formatMetric } from '../src/table.js';
import type { ChartSpec, Line } from './chart-spec.js';
import type { Range } from './chart-group.js';
import { formatNumber, timeUnit } from './format.js';
import type { View } from './view.js';

/** A heading with its charts. */
export interface ChartSection {
  readonly heading: string;
  /** What a reader has to know about them. */
  readonly remark?: string;
  readonly charts: readonly ChartSpec[];
}

const largeHeight = 340;
const smallHeight = 220;

/** The charts over epochs or time: metrics, terms of the objective, and how training went. */
export function curveSections({ runs, metrics, terms }: PlotData, view: View): ChartSection[] {
  const axis = xAxis(runs, view);
  const chart = (title: string, valuesOf: (run: PlotRun) => readonly Value[] | undefined) => ({
    title,
    ...axis,
    height: smallHeight,
    lines: visibleLines(runs, { view, x: axis.xOf, valuesOf }),
    formatY: formatNumber,
  });
  const metricCharts = metrics.map((name, at) => ({
    ...chart(name, ({ valid }) => own(valid, name)),
    ...(at === 0 && { height: largeHeight, wide: true }),
    formatY: formatMetric,
  }));
  const lossCharts = terms.map((name) =>
    withLog(
      chart(name, ({ losses }) => own(losses, name)),
      view,
    ),
  );
  const trainingCharts = [
    chart('learning rate', ({ learningRate }) => learningRate),
    chart('seconds an epoch', ({ seconds }) => seconds),
  ];
  const sections: ChartSection[] = [
    {
      heading: 'Validation metrics',
      remark: 'A ring marks the epoch that was chosen, so far in runs that are not finished.',
      charts: metricCharts.map((each) => marked(each, runs)),
    },
    { heading: 'Loss terms', charts: lossCharts },
    { heading: 'Training', charts: trainingCharts },
  ];
  return sections.flatMap((section) => {
    const shown = section.charts.filter(({ lines }) => hasPoints(lines));
    return shown.length > 0 ? [{ ...section, charts: shown }] : [];
  });
}

/** All of the axis that the runs shown reach. */
export function xRange(runs: readonly PlotRun[], view: View): Range {
  const { xOf } = xAxis(runs, view);
  const values = runs.flatMap((run, at) => (view.hidden.has(at) ? [] : xOf(run)));
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}

function xAxis(runs: readonly PlotRun[], { x }: View) {
  if (x === 'epoch') {
    return {
      xLabel: 'epoch',
      xOf: (run: PlotRun) => run.epochs,
      formatX: (epoch: number) => `epoch ${epoch}`,
    };
  }
  const { name, seconds } = timeUnit(
    Math.max(0, ...runs.map(({ elapsed }) => elapsed.at(-1) ?? 0)),
  );
  return {
    xLabel: `time (${name})`,
    xOf: ({ elapsed }: PlotRun) => elapsed.map((each) => each / seconds),
    formatX: (time: number) => `${time.toPrecision(3)} ${name}`,
  };
}

/** What the lines of a chart are made of. */
interface LineInputs {
  readonly view: View;
  readonly x: (run: PlotRun) => readonly number[];
  readonly valuesOf: (run: PlotRun) => readonly Value[] | undefined;
}

/** A line for each run that is not hidden, without the epochs that have no value. */
function visibleLines(runs: readonly PlotRun[], { view, x, valuesOf }: LineInputs): Line[] {
  return runs.flatMap((run, index) => {
    if (view.hidden.has(index)) return [];
    const positions = x(run);
    const points = (valuesOf(run) ?? []).flatMap((value, at) =>
      value === null ? [] : [[positions[at]!, value, run.epochs[at]!] as const],
    );
    return [
      {
        run: index,
        name: run.name,
        x: points.map(([position]) => position),
        y: points.map(([, value]) => value),
        epochs: points.map(([, , epoch]) => epoch),
        marked: -1,
      },
    ];
  });
}

/** Marks the epoch that was chosen. */
function marked(chart: ChartSpec, runs: readonly PlotRun[]): ChartSpec {
  const lines = chart.lines.map((line) => {
    const { bestEpoch = -1 } = runs[line.run]!;
    return { ...line, marked: line.epochs.indexOf(bestEpoch) };
  });
  return { ...chart, lines };
}

/** On a logarithmic axis there is no place for 0 and below. */
function withLog(chart: ChartSpec, { log }: View): ChartSpec {
  const isPositive = chart.lines.every(({ y }) => y.every((value) => value > 0));
  return { ...chart, log: log && isPositive };
}

const hasPoints = (lines: readonly Line[]) => lines.some(({ x }) => x.length > 0);

const own = (curves: Curves, name: string) =>
  Object.hasOwn(curves, name) ? curves[name] : undefined;
