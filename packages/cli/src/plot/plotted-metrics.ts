import { suggestion } from '@mmrec/core';
import { UsageError } from '../usage-error.js';
import type { PlottedRun } from './read-plotted-run.js';

/**
 * The validation metrics of the runs, the chosen one at the beginning: what `--metric` names, else what
 * chose the first run's epoch.
 *
 * @throws {UsageError} If no run has the metric that is named.
 */
export function plottedMetrics(runs: readonly PlottedRun[], named?: string): readonly string[] {
  const known = new Set<string>();
  for (const { config, history } of runs) {
    known.add(config.metric);
    for (const { valid } of history.epochs)
      for (const name of Object.keys(valid ?? {})) known.add(name);
  }
  if (named !== undefined && !known.has(named)) {
    throw new UsageError(
      `plot: --metric must be one of ${[...known].join(', ')}, which the runs were validated with, got '${named}'.${suggestion(named, known)}`,
    );
  }
  return [...new Set([named ?? runs[0]!.config.metric, ...known])];
}
