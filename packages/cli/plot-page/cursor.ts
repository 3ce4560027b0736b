import type uPlot from 'uplot';
import type { ChartGroup } from './chart-group.js';
import type { ChartSpec } from './chart-spec.js';
import { colourOf } from './style-property.js';

/** The cursor of a chart: it stands at points, and the charts of a group have it at the same x. */
export function cursorOf({ lines, bars }: ChartSpec, group: ChartGroup): uPlot.Cursor {
  const isMove = (type: string) => type === 'mousemove' || type === 'mouseleave';
  return {
    y: false,
    move: (chart, left, top) => [snap(chart, left), top],
    drag: { x: true, y: false, setScale: false },
    dataIdx: (chart, series, closest) =>
      bars ? sameBar(closest, series, lines.length) : nearestPoint(chart.data, series, closest),
    points: { size: 8, fill: (_, series) => colourOf(lines[series - 1]!) },
    bind: { dblclick: () => () => showAll(group) },
    ...(!bars && { sync: { key: group.key, filters: { pub: isMove } } }),
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

/** The position of the point nearest to a position: the cursor stands where its values are. */
function snap(chart: uPlot, left: number): number {
  const x = chart.data[0][chart.posToIdx(left)];
  return left < 0 || x === undefined ? left : chart.valToPos(x, 'x');
}

/** Bars lie bin by bin, in each of them run by run. */
const sameBar = (closest: number, series: number, numRuns: number) =>
  Math.floor(closest / numRuns) * numRuns + series - 1;

/** In the place of uPlot's own listener, whose result is always null. */
function showAll(group: ChartGroup): null {
  group.showAll();
  return null;
}
