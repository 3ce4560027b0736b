import type uPlot from 'uplot';

/** The lowest and the highest x. */
export type Range = readonly [min: number, max: number];

/** Charts over the same x, which show the same part of it. */
export interface ChartGroup {
  /** Charts with this key share their cursor. */
  readonly key: string;
  add(chart: uPlot): void;
  /** The part that is shown. */
  shown(): Range;
  zoomTo(range: Range): void;
  /** Shows a part that is `factor` as wide, around a position. */
  zoomBy(factor: number, around?: number): void;
  showAll(): void;
}

/** @param whole - All there is to see. */
export function createChartGroup(key: string, whole: Range): ChartGroup {
  // A single point has no width, and charts need one.
  const all: Range = whole[0] < whole[1] ? whole : [whole[0] - 0.5, whole[1] + 0.5];
  const charts: uPlot[] = [];
  let range = all;

  function zoomTo([min, max]: Range): void {
    range = [Math.max(all[0], min), Math.min(all[1], max)];
    for (const chart of charts) chart.setScale('x', { min: range[0], max: range[1] });
  }

  return {
    key,
    add: (chart) => void charts.push(chart),
    shown: () => range,
    zoomTo,
    zoomBy: (factor, around = (range[0] + range[1]) / 2) => {
      zoomTo([around - (around - range[0]) * factor, around + (range[1] - around) * factor]);
    },
    showAll: () => {
      zoomTo(all);
    },
  };
}
