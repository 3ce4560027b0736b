import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng, writeJsonFile } from '@mmrec/core';
import { openDatabase, type Database } from './database.js';
import { hashSources, identify } from './hash-sources.js';
import { createManifest, type PreparedManifest, type SourceEntry } from './manifest.js';
import { planPreparation, type PrepareOptions, type PreparePlan } from './prepare-options.js';
import { checkOut, publishFolder } from './publish-folder.js';
import { splitInteractions } from './split-interactions.js';
import { openStages } from './stages.js';
import { addFeatures, describeItems, findCore } from './steps.js';
import { writeItems } from './write-items.js';

/**
 * Makes a dataset folder from raw files: reads interactions (and metadata, and features), leaves out
 * low ratings, repeated pairs and what is outside the k-core, numbers users and items in the order
 * in which they first occur, splits, and writes `<name>.inter`, `users.jsonl`, `items.jsonl`, the
 * features and `manifest.json`.
 *
 * Joins and sorts are done by DuckDB (`@duckdb/node-api`, to be installed beside this package),
 * within `memoryLimit`. Work goes on in the folder `<out>.work`, which is removed at the end; after
 * an interruption the same call takes over what was done from unchanged inputs. The dataset folder
 * appears complete or not at all. The same files, options and seed give the same bytes, whatever the
 * number of threads.
 *
 * The interactions equal those of `readTable`, `kCoreFilter` and the split functions of this package.
 *
 * @returns The manifest.
 * @throws {TypeError} For an unknown option's value or a column that is needed and not named.
 * @throws {RangeError} For a wrong value in a file, naming file, line and value.
 * @throws {SyntaxError} For a file that is not of its format.
 * @throws {Error} If a file can't be read, the folder holds other files, or DuckDB is missing.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'mmrec-'));
 * const file = join(folder, 'likes.csv');
 * await writeFile(file, 'who,what\nann,hat\nann,shoe\nbob,hat\nbob,shoe\ncid,belt\n');
 * const { counts, rows } = await prepareDataset({
 *   interactions: [file],
 *   columns: { user: 'who', item: 'what' },
 *   kCore: 2,
 *   out: join(folder, 'shop'),
 * });
 * [counts.users, counts.items, counts.train] // => [2, 2, 4]
 * rows.outsideCore // => 1
 * ```
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedManifest> {
  const plan = planPreparation(options);
  await checkOut(plan);
  const work = `${plan.out}.work`;
  const sources = await hashSources(plan);
  const database = await openDatabase(work, plan);
  let manifest: PreparedManifest;
  try {
    manifest = await prepareFiles(plan, { database, sources, staging: join(work, 'dataset') });
  } finally {
    database.close();
  }
  await publishFolder({ staging: join(work, 'dataset'), out: plan.out, force: plan.force });
  await rm(work, { recursive: true, force: true });
  return manifest;
}

/** Where the work is done, and from what. */
interface Workplace {
  readonly database: Database;
  readonly sources: readonly SourceEntry[];
  /** The dataset folder while it is being made. */
  readonly staging: string;
}

async function prepareFiles(plan: PreparePlan, place: Workplace): Promise<PreparedManifest> {
  const { database, sources, staging } = place;
  const stages = await openStages(database);
  await mkdir(staging, { recursive: true });
  const inputsOf = (role: SourceEntry['role']) =>
    identify(sources.filter((file) => file.role === role));
  const step = { database, stages };
  const core = await findCore(plan, { ...step, inputs: inputsOf('interactions') });
  const metadata = await describeItems(plan, {
    ...step,
    inputs: [core.inputs, inputsOf('metadata')],
  });
  const { splits, items } = await writeTables(plan, place, core.counts.interactions);
  const features = await addFeatures(plan, staging, {
    ...step,
    inputs: [core.inputs, inputsOf('features')],
  });
  const manifest = createManifest(plan, {
    ...{ sources, core: core.counts, splits, items, metadata, features },
    engineVersion: database.version,
  });
  await removeOthers(staging, [...tableFiles(plan), ...plan.features.map(({ target }) => target)]);
  await writeJsonFile(join(staging, 'manifest.json'), manifest);
  return manifest;
}

const tableFiles = ({ name }: PreparePlan) =>
  [`${name}.inter`, 'users.jsonl', 'items.jsonl'] as const;

async function writeTables(
  plan: PreparePlan,
  { database, staging }: Workplace,
  interactions: number,
) {
  const [interFile, usersFile, itemsFile] = tableFiles(plan);
  const splits = await splitInteractions(
    database,
    { ...plan, rng: createRng(plan.seed) },
    {
      interactions: join(staging, interFile),
      users: join(staging, usersFile),
      onRows: (done) =>
        plan.onProgress({
          ...{ step: 'split', what: interFile, unit: 'rows' },
          ...{ done, total: interactions },
        }),
    },
  );
  const items = await writeItems(database, join(staging, itemsFile), (done) =>
    plan.onProgress({ step: 'items', what: itemsFile, done, unit: 'rows' }),
  );
  return { splits, items };
}

/** Removes what interrupted work with other options left. */
async function removeOthers(folder: string, wanted: readonly string[]): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!wanted.includes(file)) await rm(join(folder, file), { recursive: true, force: true });
  }
}
