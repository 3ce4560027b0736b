import type uPlot from 'uplot';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawChart } from '../../plot-page/chart.js';
import { createChartGroup, type ChartGroup } from '../../plot-page/chart-group.js';
import type { ChartSpec } from '../../plot-page/chart-spec.js';
import { curveSections, xRange } from '../../plot-page/curve-charts.js';
import type { PlotData } from '../../src/plot/plot-data.js';
import type { RunsPage } from '../../src/studio/studio-api.js';
import type { ViewProps } from '../view-props.js';
import { Segments } from '../parts/choice.js';
import { Icon } from '../parts/icon.js';
import { RunMark } from '../parts/run-mark.js';
import { Busy, Empty, Problem, Skeleton } from '../parts/status.js';
import { useResource } from '../resource.js';
import { route, setParams } from '../route.js';
import { theme } from '../theme.js';

/** The runs' validation metrics, loss terms and times by epoch, over each other. */
export function CurvesView(_props: ViewProps) {
  const { data, error, isLoading, retry } = useResource<RunsPage>('/api/runs');
  if (error !== undefined) return <Problem message={error} onRetry={retry} />;
  if (!data) return <Skeleton lines={8} label="Loading the curves" />;
  return (
    <>
      <Busy when={isLoading} />
      <Curves data={data.curves} onReload={retry} />
    </>
  );
}

function Curves({ data, onReload }: { readonly data: PlotData; readonly onReload: () => void }) {
  const { params } = route.value;
  const x = params['x'] === 'time' ? 'time' : 'epoch';
  const log = params['log'] === '1';
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const view = { x, log, hidden: new Set(hidden), userMetric: '' } as const;
  const sections = curveSections(data, view);
  const group = createChartGroup('curves', xRange(data.runs, view));
  const toggle = (run: number) => {
    const next = new Set(hidden);
    if (!next.delete(run)) next.add(run);
    setHidden(next);
  };
  return (
    <>
      <div class="toolbar">
        <div class="legend" role="group" aria-label="Runs shown">
          {data.runs.map(({ name }, run) => (
            <button
              key={run}
              type="button"
              aria-pressed={!hidden.has(run)}
              onClick={() => toggle(run)}
            >
              <RunMark run={run} /> {name}
            </button>
          ))}
        </div>
        <Segments
          label="Over"
          options={[
            ['epoch', 'Epochs'],
            ['time', 'Time'],
          ]}
          value={x}
          onChange={(value) => setParams({ x: value })}
        />
        <Segments
          label="Losses"
          options={[
            ['0', 'Linear'],
            ['1', 'Log'],
          ]}
          value={log ? '1' : '0'}
          onChange={(value) => setParams({ log: value })}
        />
        <button
          type="button"
          onClick={onReload}
          title="Read the runs again: they may still be going"
        >
          Reload
        </button>
      </div>
      <h1 class="hidden">Training curves</h1>
      {sections.length === 0 && <Empty>No run that is shown has finished an epoch.</Empty>}
      {sections.map(({ heading, remark, charts }) => (
        <section key={heading}>
          <h2>
            {heading} {remark !== undefined && <small>{remark}</small>}
          </h2>
          <div class="charts">
            {charts.map((spec) => (
              <Chart key={spec.title} spec={spec} group={group} />
            ))}
          </div>
        </section>
      ))}
      <p class="quiet hint">
        <Icon name="curves" /> Drag across a chart to zoom, double-click to see all again. By
        keyboard: Tab to a chart, ← and → move from epoch to epoch, + and − zoom, Escape shows all.
      </p>
    </>
  );
}

function Chart({ spec, group }: { readonly spec: ChartSpec; readonly group: ChartGroup }) {
  const figure = useRef<HTMLElement>(null);
  const shown = theme.value;
  useEffect(() => {
    const place = figure.current!;
    const chart: uPlot = drawChart(place, spec, group);
    const observer = new ResizeObserver(() => {
      if (chart.width !== place.clientWidth)
        chart.setSize({ width: place.clientWidth, height: chart.height });
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
    // Canvases don't follow the theme by themselves.
  }, [spec, group, shown]);
  const names = spec.lines.map(({ name }) => name).join(', ');
  return (
    <figure
      ref={figure}
      class={spec.wide ? 'wide' : ''}
      style={{ minHeight: `${spec.height + 30}px` }}
      tabIndex={0}
      aria-label={`${spec.title} over ${spec.xLabel}, of ${names}. Arrow keys move the cursor.`}
    >
      <figcaption>{spec.title}</figcaption>
    </figure>
  );
}
