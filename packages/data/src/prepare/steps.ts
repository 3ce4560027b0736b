import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { coreInteractions, type CoreCounts } from './core-interactions.js';
import type { Database } from './database.js';
import { totalBytes } from './hash-sources.js';
import { importInteractions } from './import-interactions.js';
import { importMetadata, type MetadataCounts } from './import-metadata.js';
import type { PreparePlan } from './prepare-options.js';
import { usesTime } from './split-interactions.js';
import type { Stages } from './stages.js';

/** Where a step works, and what its outcome depends on besides the plan. */
export interface StepInputs {
  readonly database: Database;
  readonly stages: Stages;
  readonly inputs: unknown;
}

/** The interactions that stay, with what they were made from. */
export interface Core {
  readonly counts: CoreCounts;
  readonly inputs: unknown;
}

/** Reads the interactions and leaves out what does not stay. */
export async function findCore(
  plan: PreparePlan,
  { database, stages, inputs }: StepInputs,
): Promise<Core> {
  const { columns, kCore, minRating, protocol, interactions } = plan;
  const total = await totalBytes(interactions);
  const byTime = usesTime(protocol);
  const read = { step: 'interactions', unit: 'bytes', total } as const;
  const imported = { inputs, columns };
  const { isKept } = await stages.once('interactions', {
    inputs: imported,
    work: () =>
      importInteractions(database, {
        ...{ sources: interactions, columns },
        onProgress: (what, { bytes, rows }) =>
          plan.onProgress({ ...read, what, done: bytes, rows }),
      }),
  });
  if (isKept) plan.onProgress({ ...read, what: 'interactions', done: total, isKept });
  const chosen = { imported, kCore, minRating, byTime };
  const shrunk = { step: 'core', what: `${kCore}-core`, unit: 'rows' } as const;
  const core = await stages.once('core', {
    inputs: chosen,
    work: () =>
      coreInteractions(database, { kCore, minRating, byTime }, (done) =>
        plan.onProgress({ ...shrunk, done }),
      ),
  });
  const { interactions: left } = core.value;
  plan.onProgress({ ...shrunk, done: left, total: left, isKept: core.isKept });
  return { counts: core.value, inputs: chosen };
}

/** Reads the metadata of the items that stay. */
export async function describeItems(
  plan: PreparePlan,
  { database, stages, inputs }: StepInputs,
): Promise<MetadataCounts | undefined> {
  const { metadata: sources, metadataColumns: columns } = plan;
  const total = await totalBytes(sources);
  const read = { step: 'metadata', unit: 'bytes', total } as const;
  const { value, isKept } = await stages.once('metadata', {
    inputs: { inputs, columns },
    work: () =>
      importMetadata(database, {
        ...{ sources, columns },
        onProgress: (what, { bytes, rows }) =>
          plan.onProgress({ ...read, what, done: bytes, rows }),
      }),
  });
  if (sources.length === 0) return undefined;
  if (isKept) plan.onProgress({ ...read, what: 'metadata', done: total, isKept });
  return value;
}

/** Features by modality, as the manifest describes them. */
export type FeatureEntries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Converts the feature files for the items that stay. */
export async function addFeatures(
  plan: PreparePlan,
  staging: string,
  { database, stages, inputs }: StepInputs,
): Promise<FeatureEntries> {
  const entries: Record<string, Readonly<Record<string, unknown>>> = {};
  if (plan.features.length === 0) return entries;
  const itemIds: string[] = [];
  for await (const [ids] of database.blocks('SELECT id FROM items ORDER BY item')) {
    for (let at = 0; at < ids!.length; at++) itemIds.push(String(ids![at]));
  }
  for (const { path, target, modality, convert } of plan.features) {
    const file = join(staging, target);
    const progress = { step: 'features', what: target, unit: 'bytes' } as const;
    const total = await totalBytes([{ path }]);
    let done = 0;
    const onBytes = (bytes: number) =>
      plan.onProgress({ ...progress, done: (done += bytes), total });
    const { value, isKept } = await stages.once(`features/${modality}`, {
      inputs: { inputs, target },
      work: () => convert({ file, itemIds, onBytes }),
      isThere: () => existsSync(file),
    });
    if (isKept) plan.onProgress({ ...progress, done: total, total, isKept });
    entries[modality] = { file: target, ...value };
  }
  return entries;
}
