import type uPlot from 'uplot';
import type { PlotData } from '../src/plot/plot-data.js';
import { drawChart } from './chart.js';
import { createChartGroup, type ChartGroup } from './chart-group.js';
import type { ChartSpec } from './chart-spec.js';
import { curveSections, xRange } from './curve-charts.js';
import { element, selection } from './elements.js';
import { createToolbar } from './toolbar.js';
import { userChart, userTable } from './user-charts.js';
import type { View } from './view.js';

const data = JSON.parse(document.getElementById('page-data')!.textContent) as PlotData;
const view: View = { x: 'epoch', log: false, hidden: new Set(), userMetric: data.metrics[0]! };
let drawn: { readonly chart: uPlot; readonly figure: HTMLElement }[] = [];
let curves: ChartGroup;

const toolbar = createToolbar(data, view, {
  onChange: draw,
  zoomBy: (factor) => {
    curves.zoomBy(factor);
  },
  showAll: () => {
    curves.showAll();
  },
});
const curvePlace = element('div');
const userPlace = element('div');
document.getElementById('charts')!.append(toolbar, curvePlace, userSection());

/** Draws everything anew, as the view has it. */
function draw(): void {
  for (const { chart } of drawn) chart.destroy();
  drawn = [];
  curves = createChartGroup('curves', xRange(data.runs, view));
  curvePlace.replaceChildren();
  for (const { heading, remark, charts } of curveSections(data, view)) {
    const grid = element('div', { class: 'grid' });
    const remarks = remark === undefined ? [] : [element('p', { class: 'remark' }, remark)];
    curvePlace.append(element('section', {}, element('h2', {}, heading), ...remarks, grid));
    for (const spec of charts) addChart(grid, spec, curves);
  }
  drawUsers();
}

function drawUsers(): void {
  userPlace.replaceChildren();
  const spec = userChart(data, view);
  if (!spec) {
    userPlace.append(
      element('p', {}, 'No run that is shown could be evaluated; the notes above say why.'),
    );
    return;
  }
  const grid = element('div', { class: 'grid' });
  userPlace.append(grid, userTable(data, view));
  addChart(grid, spec, createChartGroup('users', [0, 1]));
}

function addChart(grid: HTMLElement, spec: ChartSpec, group: ChartGroup): void {
  const names = spec.lines.map(({ name }) => name).join(', ');
  const label = `${spec.title} over ${spec.xLabel}, of ${names}. Arrow keys move the cursor.`;
  const figure = element(
    'figure',
    { tabindex: '0', role: 'group', 'aria-label': label, ...(spec.wide && { class: 'wide' }) },
    element('figcaption', {}, spec.title),
  );
  grid.append(figure);
  drawn.push({ chart: drawChart(figure, spec, group), figure });
}

function userSection(): HTMLElement {
  const metrics = data.metrics.map((name) => [name, name] as const);
  const choice = selection('Metric', metrics, (metric) => {
    view.userMetric = metric;
    draw();
  });
  const heading = element('h2', {}, 'Distribution over users');
  return element('section', {}, heading, element('p', { class: 'controls' }, choice), userPlace);
}

function fitWidths(): void {
  for (const { chart, figure } of drawn) {
    if (chart.width === figure.clientWidth) continue;
    chart.setSize({ width: figure.clientWidth, height: chart.height });
  }
}

/** Paper is light and has a width of its own, whatever the screen has. */
function drawForPrint(isPrinted: boolean): void {
  document.documentElement.classList.toggle('printed', isPrinted);
  draw();
  document.querySelectorAll<HTMLElement>('.table').forEach((box) => {
    const table = box.firstElementChild as HTMLElement;
    table.style.zoom = '';
    // Nobody can scroll paper: a wide table becomes small.
    const share = box.clientWidth / table.offsetWidth;
    if (isPrinted && share < 1) table.style.zoom = String(share);
  });
}

draw();
addEventListener('resize', fitWidths);
addEventListener('beforeprint', () => {
  drawForPrint(true);
});
addEventListener('afterprint', () => {
  drawForPrint(false);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
