import { countItems, itemsByUser, type ItemLists } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';
import { serveModel, servingModelOf, type ServedModel, type ServingModel } from '@mmrec/serve';
import { readRun, readRunDataset, type RunConfig } from '@mmrec/train';
import { runNames } from '../plot/run-names.js';
import { createItemCatalogue, type ItemCatalogue } from './item-catalogue.js';

/** Items a list has at most. */
export const maxK = 50;

/** A run that is looked at. */
export interface StudioRun {
  readonly name: string;
  readonly folder: string;
  readonly config: RunConfig;
  readonly model: ServingModel;
  readonly served: ServedModel;
}

/** Runs of one dataset, ready to be asked. */
export interface Studio {
  readonly runs: readonly StudioRun[];
  readonly dataFolder: string;
  readonly datasetName: string;
  readonly items: ItemCatalogue;
  readonly users: readonly string[];
  userRow(id: string): number | undefined;
  /** Items of each user by split. */
  readonly splits: Readonly<Record<'train' | 'validation' | 'test', ItemLists>>;
  dispose(): void;
}

/** How runs are opened. */
export interface OpenStudioOptions {
  /** Where the dataset lies now; absent: where it lay when a run was made. */
  readonly data?: string | undefined;
  /** Called before a run is read. */
  readonly onRun?: (name: string) => void;
}

/**
 * Reads runs and their dataset. A back end must be in use.
 *
 * @throws {Error} If a folder holds no run with a model, or the runs are not of the same dataset.
 */
export async function openStudio(
  folders: readonly string[],
  { data, onRun }: OpenStudioOptions = {},
): Promise<Studio> {
  const names = runNames(folders);
  const runs: StudioRun[] = [];
  let source: { readonly dataset: Dataset; readonly folder: string } | undefined;
  for (const [at, folder] of folders.entries()) {
    onRun?.(names[at]!);
    const read = await readRun(folder);
    const from = await readRunDataset(read, data);
    source ??= from;
    const model = await servingModelOf(read, from);
    const served = serveModel(model, { maxK });
    const run = { name: names[at]!, folder, config: read.config, model, served };
    if (runs.length > 0) checkSameDataset(runs[0]!, run);
    runs.push(run);
  }
  const [first] = runs;
  const { model } = first!;
  const { dataset, folder: dataFolder } = source!;
  const users = new Map(model.users.map((id, row) => [id, row] as const));
  return {
    runs,
    dataFolder,
    datasetName: dataset.name,
    items: createItemCatalogue({
      ids: model.items,
      details: model.details,
      popularity: countItems(model.histories, model.items.length),
      dataFolder,
    }),
    users: model.users,
    userRow: (id) => users.get(id),
    splits: {
      train: model.histories,
      validation: itemsByUser(dataset.validation),
      test: itemsByUser(dataset.test),
    },
    dispose: () => {
      for (const { served } of runs) served.dispose();
    },
  };
}

/** The items of a user in one split. */
export function itemsOf({ offsets, items }: ItemLists, user: number): Int32Array {
  return items.subarray(offsets[user]!, offsets[user + 1]!);
}

/** @throws {Error} If two runs are not of the same users, items and splits. */
function checkSameDataset(first: StudioRun, other: StudioRun): void {
  const isSame =
    isEqual(first.model.users, other.model.users) &&
    isEqual(first.model.items, other.model.items) &&
    isEqual(first.model.histories.offsets, other.model.histories.offsets) &&
    isEqual(first.model.histories.items, other.model.histories.items);
  if (isSame) return;
  const describe = ({ folder, config: { dataset }, model }: StudioRun) =>
    `${folder} of ${dataset.name} (${count(model.users)} users, ${count(model.items)} items, ${count(model.histories.items)} training interactions)`;
  throw new Error(
    `studio: all runs must be of the same dataset, got ${describe(first)} and ${describe(other)}. Look at them one by one.`,
  );
}

const count = ({ length }: ArrayLike<unknown>) => length.toLocaleString('en');

function isEqual<T>(a: ArrayLike<T>, b: ArrayLike<T>): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
