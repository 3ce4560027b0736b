import { buildPlotData } from '../plot/build-plot-data.js';
import { plottedMetrics } from '../plot/plotted-metrics.js';
import { readPlottedRun, type PlottedRun } from '../plot/read-plotted-run.js';
import { differs, runOptions } from '../plot/run-options.js';
import { stopReason } from '../stop-reasons.js';
import type { Studio } from './open-studio.js';
import type { RunsPage } from './studio-api.js';

/** How the runs have gone until now: read anew, since they may still be going. */
export async function runsPage({ runs }: Studio): Promise<RunsPage> {
  const read = await Promise.all(runs.map(({ folder, name }) => readPlottedRun(folder, name)));
  const users = { split: 'test', byRun: new Map(), problems: new Map() } as const;
  return {
    curves: buildPlotData(read, { metrics: plottedMetrics(read), users }),
    runs: read.map(describeRun),
    options: runOptions(read.map(({ config }) => config)).map((option) => ({
      name: option.name,
      values: option.values.map((value) => value ?? null),
      differs: differs(option),
    })),
  };
}

function describeRun({ name, folder, config, history, metrics, best }: PlottedRun) {
  const { epochs } = history;
  const wanted = String(config.trainingOptions['epochs']);
  const spent = epochs.reduce(
    (sum, record) => sum + record.seconds + (record.evaluationSeconds ?? 0),
    0,
  );
  return {
    name,
    folder,
    state: metrics
      ? `${metrics.epochs} epochs, ${stopReason(metrics.stopped)}`
      : `not finished, ${epochs.length} of at most ${wanted} epochs`,
    ...(best && { bestEpoch: best.epoch }),
    seconds: metrics?.seconds ?? spent,
    ...(metrics && { peakMemoryMB: metrics.peakMemoryMB }),
    valid: best?.valid ?? {},
    test: metrics?.best.test ?? {},
  };
}
