import { join } from 'node:path';
import { inspectFeatures } from '@mmrec/features';
import { loadData } from '../load-data.js';
import type { AnyModel } from '../models.js';
import { countDifferences, splitProtocol } from '../presets/compare-counts.js';
import { presetSettings, presetsOf, type NamedPreset } from '../presets/find-preset.js';
import { resolveSettings, type Settings } from '../settings.js';

/** What is to be run and compared. */
export interface TableRequest {
  readonly models: readonly AnyModel[];
  readonly datasets: readonly string[];
  /** Folders by data set. */
  readonly data: ReadonlyMap<string, string>;
  readonly seeds: readonly number[];
  /** Folder of the runs. */
  readonly out: string;
  readonly epochs: number | undefined;
  /** Undefined: that of a folder's split where its counts tell, else the preset's. */
  readonly protocol: 'mmrec' | 'lattice' | undefined;
}

/** A model on a data set: one comparison, one run a seed. */
export interface Cell {
  readonly model: AnyModel;
  readonly preset: NamedPreset;
  readonly data: string;
  readonly protocol: 'mmrec' | 'lattice';
  /** By which protocol the folder is divided, where its counts tell. */
  readonly split: 'mmrec' | 'lattice' | undefined;
  readonly settings: Settings;
  readonly runs: readonly { readonly seed: number; readonly folder: string }[];
}

/** Models that are not run on a data set. */
export interface Skipped {
  readonly dataset: string;
  readonly models: readonly string[];
  readonly reason: string;
}

/** The cells that can be run, in the order of the data sets, and those that can't, with the reason. */
export async function planTable(
  request: TableRequest,
): Promise<{ cells: readonly Cell[]; skipped: readonly Skipped[] }> {
  const cells: Cell[] = [];
  const reasons = new Map<string, { dataset: string; reason: string; models: string[] }>();
  for (const dataset of request.datasets) {
    const skip = (reason: string, { name }: AnyModel) => {
      const key = JSON.stringify([dataset, reason]);
      const models = reasons.get(key)?.models ?? [];
      reasons.set(key, { dataset, reason, models: [...models, name] });
    };
    const folder = await inspectFolder(request.data.get(dataset));
    for (const model of request.models) {
      const preset = presetsOf(model).find(({ name }) => name === dataset);
      const reason = reasonToSkip({ model, preset, dataset, folder });
      if (reason !== undefined) skip(reason, model);
      else cells.push(createCell({ model, preset: preset!, folder: folder! }, request));
    }
  }
  return { cells, skipped: [...reasons.values()] };
}

type Folder = NonNullable<Awaited<ReturnType<typeof inspectFolder>>>;

async function inspectFolder(path: string | undefined) {
  if (path === undefined) return undefined;
  const { dataset } = await loadData(path, { needsFeatures: false });
  return { path, dataset, hasFeatures: (await inspectFeatures(path)).length > 0 };
}

function reasonToSkip({
  model,
  preset,
  dataset,
  folder,
}: {
  readonly model: AnyModel;
  readonly preset: NamedPreset | undefined;
  readonly dataset: string;
  readonly folder: Folder | undefined;
}): string | undefined {
  if (!preset) return 'no preset';
  if (!folder) return `no folder: name it with --data ${dataset}=DIR`;
  const differences = countDifferences(folder.dataset, preset.dataset);
  if (differences.length > 0) return `${folder.path} has ${differences.join(', ')}`;
  if (model.needsFeatures && !folder.hasFeatures) return `${folder.path} has no item features`;
  return undefined;
}

function createCell(
  {
    model,
    preset,
    folder,
  }: { readonly model: AnyModel; readonly preset: NamedPreset; readonly folder: Folder },
  { seeds, out, epochs, protocol }: TableRequest,
): Cell {
  const split = splitProtocol(folder.dataset, preset.dataset);
  return {
    model,
    preset,
    data: folder.path,
    // Labels of one protocol judged by the other would compare with no table.
    protocol: protocol ?? split ?? preset.protocol,
    split,
    settings: resolveSettings(model, {
      ...presetSettings(preset),
      ...(epochs !== undefined && { epochs }),
    }),
    runs: seeds.map((seed) => ({
      seed,
      folder: join(out, `${preset.name}-${model.name}-seed${seed}`),
    })),
  };
}
