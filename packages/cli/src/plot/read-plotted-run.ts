import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  readRunConfig,
  readRunHistory,
  readRunMetrics,
  type EpochRecord,
  type RunConfig,
  type RunHistory,
  type RunMetrics,
} from '@mmrec/train';

/** A run as far as it has come, without its model. */
export interface PlottedRun {
  readonly folder: string;
  readonly name: string;
  readonly config: RunConfig;
  readonly history: RunHistory;
  /** Absent while the run is not finished. */
  readonly metrics: RunMetrics | undefined;
  /** The epoch chosen: so far, in a run that is not finished. */
  readonly best: { readonly epoch: number; readonly valid?: EpochRecord['valid'] } | undefined;
}

/** @throws {Error} If the folder holds no run, or one that is damaged. */
export async function readPlottedRun(folder: string, name: string): Promise<PlottedRun> {
  checkFolder(folder);
  const config = await readRunConfig(folder);
  const history = await readRunHistory(folder);
  const metrics = await readRunMetrics(folder);
  const best = metrics ? metrics.best : bestSoFar(history.epochs, config.metric);
  return { folder, name, config, history, metrics, best };
}

/** The epoch with the best value, the first of equals, as training chooses it. */
function bestSoFar(epochs: readonly EpochRecord[], metric: string): EpochRecord | undefined {
  let best: EpochRecord | undefined;
  for (const record of epochs) {
    const value = record.valid?.[metric];
    if (value !== undefined && !(best && best.valid![metric]! >= value)) best = record;
  }
  return best;
}

function checkFolder(folder: string): void {
  if (existsSync(join(folder, 'config.json'))) return;
  const rule = `plot: ${folder} must be a run folder, got`;
  if (!existsSync(folder)) throw new Error(`${rule} nothing: there is no such folder.`);
  if (!statSync(folder).isDirectory()) throw new Error(`${rule} a file. Name the folder it is in.`);
  const runs = readdirSync(folder)
    .map((entry) => join(folder, entry))
    .filter((inner) => existsSync(join(inner, 'config.json')));
  const remedy = runs.length > 0 ? ` It holds runs: name them, such as ${runs[0]!}.` : '';
  throw new Error(`${rule} a folder without config.json.${remedy}`);
}
