import uPlot from 'uplot';
import { runStyle } from '../src/plot/run-colours.js';
import { axesOf } from './axes.js';
import type { ChartGroup } from './chart-group.js';
import type { ChartSpec, Line } from './chart-spec.js';
import { listenToKeys } from './keyboard.js';
import { property } from './style-property.js';
import { addTooltip } from './tooltip.js';

/** The share of a bin that its bars fill. */
const barShare = 0.86;

/** Where the bars of one of several runs stand. */
export function barPositions(bins: number, at: number, numRuns: number): number[] {
  const offset = (at - (numRuns - 1) / 2) * (barShare / numRuns);
  return Array.from({ length: bins }, (_, bin) => (bin + 0.5 + offset) / bins);
}

/** Draws a chart in a figure, with its tooltip, keyboard and zoom. */
export function drawChart(figure: HTMLElement, spec: ChartSpec, group: ChartGroup): uPlot {
  const { lines } = spec;
  const data = uPlot.join(lines.map(({ x, y }) => [[...x], [...y]]));
  const chart = new uPlot(
    {
      width: figure.clientWidth,
      height: spec.height,
      padding: [12, 14, 0, 0],
      legend: { show: false },
      series: [{}, ...lines.map((line) => seriesOf(line, spec))],
      scales: scalesOf(spec, group),
      axes: axesOf(spec),
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        dataIdx: (self, series, closest) =>
          spec.bars
            ? sameBar(closest, series, lines.length)
            : nearestPoint(self.data, series, closest),
        points: { size: 7 },
        bind: { dblclick: () => () => showAll(group) },
        ...(!spec.bars && {
          sync: {
            key: group.key,
            filters: {
              pub: (type) => type.startsWith('mouse') && type !== 'mouseup' && type !== 'mousedown',
            },
          },
        }),
      },
      hooks: {
        setSelect: [(self) => zoomToSelection(self, group)],
        draw: [(self) => drawMarks(self, lines)],
      },
    },
    data,
    figure,
  );
  addTooltip(chart, figure, spec);
  listenToKeys(chart, figure, group);
  group.add(chart);
  return chart;
}

function seriesOf({ run, name }: Line, { bars, lines }: ChartSpec): uPlot.Series {
  const { colour, dash } = runStyle(run);
  const stroke = property(colour);
  const common = { label: name, stroke };
  if (!bars) return { ...common, width: 2, dash: [...dash], spanGaps: true };
  // uPlot measures bars by the distance between those of one run.
  const paths = uPlot.paths.bars!({ size: [barShare / lines.length, Infinity, 1] });
  return { ...common, fill: stroke, width: 0, paths, points: { show: false } };
}

/** How uPlot calls such a scale; its enumeration exists in its types only. */
const logarithmic = 3 as unknown as uPlot.Scale.Distr;

function scalesOf({ bars, log }: ChartSpec, group: ChartGroup): uPlot.Scales {
  const [min, max] = bars ? [0, 1] : group.shown();
  return {
    x: { time: false, min, max, auto: false },
    y: bars
      ? { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] }
      : log
        ? { distr: logarithmic }
        : {},
  };
}

/**
 * The position of a series' point nearest to a position in the joined data, or null where the series has
 * ended or not begun.
 */
function nearestPoint(data: uPlot.AlignedData, series: number, closest: number): number | null {
  const values = data[series]!;
  const find = (step: 1 | -1) => {
    for (let at = closest; at >= 0 && at < values.length; at += step) {
      if (values[at] !== undefined && values[at] !== null) return at;
    }
    return undefined;
  };
  const before = find(-1);
  const after = find(1);
  if (before === undefined || after === undefined) return null;
  const x = data[0]!;
  return x[closest]! - x[before]! <= x[after]! - x[closest]! ? before : after;
}

/** Bars lie bin by bin, in each of them run by run. */
const sameBar = (closest: number, series: number, numRuns: number) =>
  Math.floor(closest / numRuns) * numRuns + series - 1;

function zoomToSelection(chart: uPlot, group: ChartGroup): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const range = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')] as const;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  group.zoomTo(range);
}

/** In the place of uPlot's own listener, whose result is always null. */
function showAll(group: ChartGroup): null {
  group.showAll();
  return null;
}

/** A ring around each marked point. */
function drawMarks(chart: uPlot, lines: readonly Line[]): void {
  const { ctx } = chart;
  for (const { run, x, y, marked } of lines) {
    if (marked < 0) continue;
    const left = chart.valToPos(x[marked]!, 'x', true);
    const top = chart.valToPos(y[marked]!, 'y', true);
    if (left < chart.bbox.left || left > chart.bbox.left + chart.bbox.width) continue;
    ctx.save();
    ctx.beginPath();
    ctx.arc(left, top, 6 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.strokeStyle = property(runStyle(run).colour);
    ctx.stroke();
    ctx.restore();
  }
}
