import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readRunConfig, readRunMetrics, type RunConfig, type RunMetrics } from '@mmrec/train';
import type { Cell } from './plan-table.js';

/** How far the run of a cell has come. */
export type RunState =
  | { readonly state: 'absent' | 'unfinished' }
  | { readonly state: 'finished'; readonly metrics: RunMetrics };

/**
 * Looks whether a cell's run is in its folder and finished; one that was interrupted is not.
 *
 * @throws {Error} If a run that is there was made with other settings.
 */
export async function readRunState(
  cell: Cell,
  { seed, folder }: { readonly seed: number; readonly folder: string },
): Promise<RunState> {
  if (!existsSync(join(folder, 'config.json'))) return { state: 'absent' };
  const config = await readRunConfig(folder);
  const different = differentSettings(config, cell, seed);
  if (different.length > 0) {
    throw new Error(
      `reproduce: ${folder} holds a run with other settings (${different.join(', ')}). Choose another --out, or remove the folder.`,
    );
  }
  const metrics = await readRunMetrics(folder);
  if (!metrics || metrics.stopped === 'signal') return { state: 'unfinished' };
  return { state: 'finished', metrics };
}

function differentSettings(
  config: RunConfig,
  { model, preset, protocol, settings }: Cell,
  seed: number,
): readonly string[] {
  const expected: Readonly<Record<string, unknown>> = {
    model: model.name,
    'preset.name': preset.name,
    protocol,
    seed,
    ...settings.trainingOptions,
    ...settings.modelOptions,
  };
  const found: Readonly<Record<string, unknown>> = {
    model: config.model,
    'preset.name': config.preset?.name,
    protocol: config.protocol,
    seed: config.seed,
    ...config.trainingOptions,
    ...config.modelOptions,
  };
  return Object.keys({ ...found, ...expected })
    .filter((name) => !isDeepStrictEqual(found[name], expected[name]))
    .map((name) => `${name} ${String(found[name])} instead of ${String(expected[name])}`);
}
