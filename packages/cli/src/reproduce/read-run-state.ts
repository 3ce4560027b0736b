import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunConfig, RunMetrics } from '@mmrec/train';
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
  const config = await readJson<RunConfig>(join(folder, 'config.json'));
  if (!config) return { state: 'absent' };
  const different = differentSettings(config, cell, seed);
  if (different.length > 0) {
    throw new Error(
      `reproduce: ${folder} holds a run with other settings (${different.join(', ')}). Choose another --out, or remove the folder.`,
    );
  }
  const metrics = await readJson<RunMetrics>(join(folder, 'metrics.json'));
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

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`reproduce: ${path} must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
