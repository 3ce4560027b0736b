import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically, type Recommender, type Rng } from '@mmrec/core';
import { readSafetensors, writeSafetensors, type NamedArray } from '@mmrec/features';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { EpochRecord } from './fit.js';

/** Version of the run folder's format that this package writes and reads. */
const formatVersion = 1;

/** What a run was: every option resolved, so that it can be repeated. */
export interface RunConfig {
  /** Format of the folder. */
  readonly version: number;
  readonly model: string;
  readonly protocol: 'mmrec' | 'lattice';
  readonly seed: number;
  /** The validation metric that chooses the epoch. */
  readonly metric: string;
  /** The preset that the options came from, where none was given; `anyDataset`: it may have been made for other data. */
  readonly preset?: { readonly name: string; readonly anyDataset: boolean };
  readonly modelOptions: Readonly<Record<string, unknown>>;
  readonly trainingOptions: Readonly<Record<string, unknown>>;
  readonly dataset: {
    readonly path: string;
    readonly name: string;
    readonly numUsers: number;
    readonly numItems: number;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly modalities: readonly string[];
  };
  readonly backend: string;
  /** The run that the parameters came from, for a warm start. */
  readonly init?: string;
  /** Versions of the packages and of Node. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How a run ended. */
export interface RunMetrics {
  readonly best: {
    readonly epoch: number;
    readonly valid?: Readonly<Record<string, number>>;
    readonly test?: Readonly<Record<string, number>>;
  };
  readonly protocol: string;
  readonly stopped: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly peakMemoryMB: number;
}

/** External ids in the order of the embeddings' rows. */
export interface RunIds {
  readonly users: readonly string[];
  readonly items: readonly string[];
}

/** A run read back. */
export interface Run {
  readonly folder: string;
  readonly config: RunConfig;
  readonly ids: RunIds;
  /** `user_embeddings`, `item_embeddings` and the parameters by name. */
  readonly tensors: Readonly<Record<string, NamedArray>>;
}

/** A run being written. */
export interface RunWriter {
  readonly folder: string;
  /** Adds a line to the history. */
  appendHistory(record: EpochRecord): Promise<void>;
  /**
   * Writes the model's embeddings and parameters as they are now, replacing what was written before.
   *
   * @param rng - For models that draw noise at evaluation: the same as what they were evaluated with.
   */
  saveModel(model: Recommender, rng?: Rng): Promise<void>;
  /** Writes the metrics: the run is finished. */
  finish(metrics: RunMetrics): Promise<void>;
}

const files = {
  config: 'config.json',
  history: 'history.jsonl',
  metrics: 'metrics.json',
  model: 'model.safetensors',
  ids: 'ids.json',
};

/**
 * Checks that a run may be written to a folder.
 *
 * @param force - Whether a run that is there may be replaced.
 * @throws {Error} If the folder holds a run and `force` is not set.
 */
export function checkRunFolder(folder: string, force = false): void {
  if (force || !existsSync(join(folder, files.config))) return;
  throw new Error(
    `train: ${folder} already holds a run. Choose another --out, or replace the run with --force.`,
  );
}

/**
 * Starts a run folder: writes `config.json` and `ids.json`. Call {@link checkRunFolder} first; a run
 * that is there is removed.
 */
export async function createRunFolder(
  folder: string,
  { config, ids }: { readonly config: Omit<RunConfig, 'version'>; readonly ids: RunIds },
): Promise<RunWriter> {
  await mkdir(folder, { recursive: true });
  for (const file of Object.values(files))
    await rm(join(folder, file), { recursive: true, force: true });
  await writeJson(join(folder, files.ids), ids);
  await writeJson(join(folder, files.config), { version: formatVersion, ...config });
  return {
    folder,
    appendHistory: (record) =>
      appendFile(join(folder, files.history), `${JSON.stringify(record)}\n`),
    saveModel: async (model, rng) => {
      const { users, items } = model.embed(rng);
      const tensors: Record<string, NamedArray> = {
        user_embeddings: arrayOf(users),
        item_embeddings: arrayOf(items),
      };
      dispose([users, items]);
      for (const [name, variable] of Object.entries({ ...model.parameters, ...model.buffers }))
        tensors[name] = arrayOf(variable);
      await writeSafetensors(join(folder, files.model), { tensors });
    },
    finish: (metrics) => writeJson(join(folder, files.metrics), metrics),
  };
}

/**
 * Reads a run folder.
 *
 * @throws {Error} If it holds no run, a run of another format version, or a run without a model.
 */
export async function readRun(folder: string): Promise<Run> {
  const config = (await readJson(folder, files.config)) as Partial<RunConfig> | null;
  if (config?.version !== formatVersion) {
    throw new Error(
      `readRun: ${join(folder, files.config)}: version must be ${formatVersion}, got ${String(config?.version)}. Read this run with the mmrec that wrote it (${config?.versions?.['@mmrec/cli'] ?? 'unknown'}).`,
    );
  }
  const ids = (await readJson(folder, files.ids)) as Partial<RunIds> | null;
  if (!Array.isArray(ids?.users) || !Array.isArray(ids.items)) {
    throw new Error(
      `readRun: ${join(folder, files.ids)} must list users and items: the file is damaged.`,
    );
  }
  const path = join(folder, files.model);
  if (!existsSync(path)) {
    throw new Error(
      `readRun: ${folder} must hold ${files.model}, got none: training was stopped before its first epoch ended.`,
    );
  }
  const { tensors } = await readSafetensors(path);
  for (const [name, list] of [
    ['user_embeddings', ids.users],
    ['item_embeddings', ids.items],
  ] as const) {
    const rows = tensors[name]?.shape[0];
    if (rows !== list.length) {
      throw new Error(
        `readRun: ${path}: ${name} must have ${list.length} rows, one an id, got ${String(rows)}.`,
      );
    }
  }
  return { folder, config: config as RunConfig, ids: ids as RunIds, tensors };
}

async function readJson(folder: string, file: string): Promise<unknown> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`readRun: ${folder} must be a run folder, got none: it has no ${file}.`, {
      cause: error,
    });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`readRun: ${path} must be JSON: ${(error as Error).message}`, { cause: error });
  }
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFileAtomically(path, (handle) =>
    handle.writeFile(`${JSON.stringify(value, null, 2)}\n`),
  );
}

function arrayOf(tensor: Tensor): NamedArray {
  return { shape: tensor.shape, data: (tensor.dataSync() as Float32Array).slice() };
}
