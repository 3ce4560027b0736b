import type uPlot from 'uplot';
import { runStyle } from '../src/plot/run-colours.js';
import type { ChartSpec } from './chart-spec.js';
import { element, swatch } from './elements.js';

/** Shows the values at the cursor, beside it, while the chart is pointed at or has the keyboard. */
export function addTooltip(chart: uPlot, figure: HTMLElement, spec: ChartSpec): void {
  const box = element('div', { class: 'tooltip', role: 'status' });
  box.hidden = true;
  chart.over.append(box);
  const hooks = (chart.hooks.setCursor ??= []);
  hooks.push(() => {
    const { idx, left = -1 } = chart.cursor;
    const isActive = chart.over.matches(':hover') || document.activeElement === figure;
    const rows = idx === null || idx === undefined || !isActive ? [] : rowsAt(chart, spec);
    box.hidden = left < 0 || rows.length === 0;
    if (box.hidden) return;
    box.replaceChildren(element('b', {}, spec.formatX(chart.data[0][idx!]!)), ...rows);
    const isRight = left > chart.over.clientWidth / 2;
    box.style.left = isRight ? '' : `${left + 12}px`;
    box.style.right = isRight ? `${chart.over.clientWidth - left + 12}px` : '';
  });
}

/** A row for each run that has a value where the cursor is. */
function rowsAt(chart: uPlot, { lines, formatY }: ChartSpec): HTMLElement[] {
  return lines.flatMap(({ run, name }, at) => {
    const index = chart.cursor.idxs?.[at + 1];
    const value = index === null || index === undefined ? undefined : chart.data[at + 1]![index];
    if (value === null || value === undefined) return [];
    const { colour, dash } = runStyle(run);
    const label = element('span', { class: 'name' }, name);
    return [element('div', {}, swatch(colour, dash), label, element('span', {}, formatY(value)))];
  });
}
