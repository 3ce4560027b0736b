import { existsSync } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  removeTemporaryFiles,
  writeFileAtomically,
  writeJsonFile,
  type Recommender,
  type Rng,
} from '@mmrec/core';
import { readSafetensors, writeSafetensors, type NamedArray } from '@mmrec/features';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { explainWriteErrors } from './checkpoint/explain-write-error.js';
import type { EpochRecord } from './fit-callbacks.js';
import { readRunJson, runFiles } from './run-files.js';

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
    /** SHA-256 of ids, interactions and features. */
    readonly sha256?: string;
  };
  readonly backend: string;
  /** Threads computed on. */
  readonly threads?: number;
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
  /** Makes the history what it was at a checkpoint: lines of epochs after it go, and one that is half written. */
  rewriteHistory(history: readonly EpochRecord[]): Promise<void>;
  /**
   * Writes the model's embeddings and parameters as they are now, replacing what was written before.
   *
   * @param rng - For models that draw noise at evaluation: the same as what they were evaluated with.
   */
  saveModel(model: Recommender, rng?: Rng): Promise<void>;
  /** Writes the metrics: the run is finished. */
  finish(metrics: RunMetrics): Promise<void>;
}

/** Where in a run folder checkpoints and TensorBoard's event files lie. */
export const runSubfolders = (folder: string) => ({
  checkpoint: join(folder, runFiles.checkpoint),
  tensorboard: join(folder, runFiles.tensorboard),
});

/**
 * Checks that a run may be written to a folder.
 *
 * @param force - Whether a run that is there may be replaced.
 * @throws {Error} If the folder holds a run and `force` is not set.
 */
export function checkRunFolder(folder: string, force = false): void {
  if (force || !existsSync(join(folder, runFiles.config))) return;
  throw new Error(
    `train: ${folder} already holds a run. Choose another --out, go on with the run with --resume, or replace it with --force.`,
  );
}

/** What a run starts with. */
export interface RunStart {
  readonly config: Omit<RunConfig, 'version'>;
  readonly ids: RunIds;
  /** Go on with the run that is there. */
  readonly resume?: boolean;
}

/**
 * Starts a run folder: writes `config.json` and `ids.json`. Call {@link checkRunFolder} first; a run
 * that is there is removed, or, with `resume`, gone on with.
 */
export async function createRunFolder(
  folder: string,
  { config, ids, resume = false }: RunStart,
): Promise<RunWriter> {
  await mkdir(folder, { recursive: true });
  await removeTemporaryFiles(folder);
  // What a run ends with isn't there while it goes on.
  for (const file of resume ? [runFiles.metrics] : Object.values(runFiles))
    await rm(join(folder, file), { recursive: true, force: true });
  await writeJson(join(folder, runFiles.ids), ids);
  await writeJson(join(folder, runFiles.config), { version: formatVersion, ...config });
  const history = join(folder, runFiles.history);
  const lineOf = (record: EpochRecord) => `${JSON.stringify(record)}\n`;
  return {
    folder,
    appendHistory: (record) =>
      explainWriteErrors(history, () => appendFile(history, lineOf(record))),
    rewriteHistory: (records) =>
      explainWriteErrors(history, () =>
        writeFileAtomically(history, (handle) => handle.writeFile(records.map(lineOf).join(''))),
      ),
    saveModel: async (model, rng) => {
      const { users, items } = model.embed(rng);
      const tensors: Record<string, NamedArray> = {
        user_embeddings: arrayOf(users),
        item_embeddings: arrayOf(items),
      };
      dispose([users, items]);
      for (const [name, variable] of Object.entries({ ...model.parameters, ...model.buffers }))
        tensors[name] = arrayOf(variable);
      const path = join(folder, runFiles.model);
      await explainWriteErrors(path, () => writeSafetensors(path, { tensors }));
    },
    finish: (metrics) => writeJson(join(folder, runFiles.metrics), metrics),
  };
}

/**
 * Reads what a run was. It may still be going: only `config.json` is read.
 *
 * @throws {Error} If the folder holds no run, or a run of another format version.
 */
export function readRunConfig(folder: string): Promise<RunConfig> {
  return readConfig('readRunConfig', folder);
}

/**
 * Reads a run folder.
 *
 * @throws {Error} If it holds no run, a run of another format version, or a run without a model.
 */
export async function readRun(folder: string): Promise<Run> {
  const config = await readConfig('readRun', folder);
  const ids = (await readRunJson('readRun', folder, runFiles.ids)) as Partial<RunIds> | null;
  if (!Array.isArray(ids?.users) || !Array.isArray(ids.items)) {
    throw new Error(
      `readRun: ${join(folder, runFiles.ids)} must list users and items: the file is damaged.`,
    );
  }
  const path = join(folder, runFiles.model);
  if (!existsSync(path)) {
    throw new Error(
      `readRun: ${folder} must hold ${runFiles.model}, got none: training was stopped before its first epoch ended.`,
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
  return { folder, config, ids: ids as RunIds, tensors };
}

/** Whether a folder holds epochs of a run. */
export function holdsEpochs(folder: string): boolean {
  return [runFiles.history, runFiles.model].some((file) => existsSync(join(folder, file)));
}

async function readConfig(where: string, folder: string): Promise<RunConfig> {
  const config = (await readRunJson(where, folder, runFiles.config)) as Partial<RunConfig> | null;
  if (config?.version === formatVersion) return config as RunConfig;
  throw new Error(
    `${where}: ${join(folder, runFiles.config)}: version must be ${formatVersion}, got ${String(config?.version)}. Read this run with the mmrec that wrote it (${config?.versions?.['@mmrec/cli'] ?? 'unknown'}).`,
  );
}

function writeJson(path: string, value: unknown): Promise<void> {
  return explainWriteErrors(path, () => writeJsonFile(path, value));
}

function arrayOf(tensor: Tensor): NamedArray {
  return { shape: tensor.shape, data: (tensor.dataSync() as Float32Array).slice() };
}
