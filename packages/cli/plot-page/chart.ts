import uPlot from 'uplot';
import { runStyle } from '../src/plot/run-colours.js';
import { axesOf } from './axes.js';
import type { ChartGroup } from './chart-group.js';
import type { ChartSpec, Line } from './chart-spec.js';
import { listenToKeys } from './keyboard.js';
import { cursorOf } from './cursor.js';
import { colourOf, property } from './style-property.js';
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
      padding: [12, 20, 0, 0],
      legend: { show: false },
      series: [{}, ...lines.map((line) => seriesOf(line, spec))],
      scales: scalesOf(spec, group),
      axes: axesOf(spec),
      cursor: cursorOf(spec, group),
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

function seriesOf(line: Line, { bars, lines }: ChartSpec): uPlot.Series {
  const stroke = colourOf(line);
  const dash = [...runStyle(line.run).dash];
  const common = { label: line.name, stroke };
  const points = { fill: property('--background') };
  if (!bars) return { ...common, width: 2, dash, spanGaps: true, points };
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

function zoomToSelection(chart: uPlot, group: ChartGroup): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const range = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')] as const;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  group.zoomTo(range);
}

/** A ring around each marked point. */
function drawMarks(chart: uPlot, lines: readonly Line[]): void {
  const { ctx } = chart;
  for (const line of lines) {
    const { x, y, marked } = line;
    if (marked < 0) continue;
    const left = chart.valToPos(x[marked]!, 'x', true);
    const top = chart.valToPos(y[marked]!, 'y', true);
    if (left < chart.bbox.left || left > chart.bbox.left + chart.bbox.width) continue;
    ctx.save();
    ctx.beginPath();
    ctx.arc(left, top, 6 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.strokeStyle = colourOf(line);
    ctx.stroke();
    ctx.restore();
  }
}
