import type uPlot from 'uplot';
import type { ChartGroup } from './chart-group.js';

/** Arrows move a chart's cursor from point to point, + and − zoom around it, Escape shows all. */
export function listenToKeys(chart: uPlot, figure: HTMLElement, group: ChartGroup): void {
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => {
      moveCursor(chart, -1);
    },
    ArrowRight: () => {
      moveCursor(chart, 1);
    },
    '+': () => {
      group.zoomBy(0.5, cursorValue(chart));
    },
    '-': () => {
      group.zoomBy(2, cursorValue(chart));
    },
    Escape: () => {
      group.showAll();
    },
  };
  figure.onkeydown = (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };
  figure.onblur = () => {
    chart.setCursor({ left: -10, top: -10 });
  };
}

function cursorValue(chart: uPlot): number | undefined {
  const { idx } = chart.cursor;
  return idx === null || idx === undefined ? undefined : chart.data[0][idx];
}

function moveCursor(chart: uPlot, step: 1 | -1): void {
  const x = chart.data[0];
  const { min = 0, max = 0 } = chart.scales['x']!;
  const inView = [...x.keys()].filter((at) => x[at]! >= min && x[at]! <= max);
  if (inView.length === 0) return;
  const { idx } = chart.cursor;
  const isShown = idx !== null && idx !== undefined && (chart.cursor.left ?? -1) >= 0;
  const next = isShown ? idx + step : inView.at(step > 0 ? 0 : -1)!;
  const at = Math.min(Math.max(next, inView[0]!), inView.at(-1)!);
  chart.setCursor({ left: chart.valToPos(x[at]!, 'x'), top: chart.over.clientHeight / 3 });
}
