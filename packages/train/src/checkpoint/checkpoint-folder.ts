import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTemporaryFiles, writeFileAtomically } from '@mmrec/core';
import { readSafetensors, writeSafetensors, type NamedArray } from '@mmrec/features';
import { checkIdentity, type TrainingIdentity } from './check-identity.js';
import { explainWriteErrors } from './explain-write-error.js';

/** Version of the checkpoints' format that this package writes and reads. */
const formatVersion = 1;
/** Checkpoints that are kept: the newest, and the one before in case the newest is damaged. */
const kept = 2;

/** Where a training stood at the end of an epoch. */
export interface Checkpoint<State = unknown> {
  /** Epochs that are done. */
  readonly epoch: number;
  readonly tensors: Readonly<Record<string, NamedArray>>;
  /** Everything else, as JSON can hold it. */
  readonly state: State;
}

/** Checkpoints of one training. */
export interface CheckpointFolder<State = unknown> {
  /**
   * The newest that is whole; undefined when none was ever written.
   *
   * @throws {Error} If there are some and all are damaged.
   */
  readLatest(): Promise<Checkpoint<State> | undefined>;
  /** Writes one, whole or not at all, and removes all but the last two. */
  write(checkpoint: Checkpoint<State>): Promise<void>;
}

/** What {@link openCheckpointFolder} needs to know. */
export interface CheckpointFolderInputs {
  /** What must agree with what is there for training to go on from it. */
  readonly identity: TrainingIdentity;
  /** Go on from what is there; else it is removed. */
  readonly resume: boolean;
  /** Called with a message that names a damaged checkpoint, before the one before it is taken. */
  onDamaged?(message: string): void;
}

/**
 * Opens a folder of checkpoints, and makes it if need be. One is two files: `epoch-<n>.safetensors`, and
 * `epoch-<n>.json`, written after it, with the checksum of both. `identity.json` says whose they are.
 *
 * @throws {Error} If what is there belongs to another training, naming every difference.
 */
export async function openCheckpointFolder<State>(
  folder: string,
  { identity, resume, onDamaged }: CheckpointFolderInputs,
): Promise<CheckpointFolder<State>> {
  if (!resume) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const identityFile = join(folder, 'identity.json');
  const saved = await readIdentity(identityFile);
  if (saved) checkIdentity(folder, saved, identity);
  else await writeJson(identityFile, identity);
  await removeTemporaryFiles(folder);

  return {
    readLatest: async () => {
      const epochs = await epochsIn(folder);
      for (const epoch of epochs) {
        try {
          return await readCheckpoint<State>(folder, epoch);
        } catch (error) {
          if (error instanceof NewerFormatError) throw error;
          onDamaged?.((error as Error).message);
        }
      }
      if (epochs.length === 0) return undefined;
      throw new Error(
        `resume: ${folder} holds no checkpoint that is whole: all ${epochs.length} are damaged. Start again with --force.`,
      );
    },
    write: (checkpoint) =>
      explainWriteErrors(folder, async () => {
        await writeCheckpoint(folder, checkpoint);
        await removeOthers(folder, (await epochsIn(folder)).slice(0, kept));
      }),
  };
}

/** A checkpoint that is not damaged, but that this version can't read. */
class NewerFormatError extends Error {}

const tensorsFile = (folder: string, epoch: number) => join(folder, `epoch-${epoch}.safetensors`);
const stateFile = (folder: string, epoch: number) => join(folder, `epoch-${epoch}.json`);

/** The state comes last: a checkpoint is there once it is. */
async function writeCheckpoint(
  folder: string,
  { epoch, tensors, state }: Checkpoint,
): Promise<void> {
  await writeSafetensors(tensorsFile(folder, epoch), { tensors });
  const checksum = checksumOf({ epoch, tensors, state });
  await writeJson(stateFile(folder, epoch), { version: formatVersion, epoch, checksum, state });
}

async function readCheckpoint<State>(folder: string, epoch: number): Promise<Checkpoint<State>> {
  const file = stateFile(folder, epoch);
  const { version, checksum, state } = await readRecord(file);
  if (typeof version === 'number' && version > formatVersion) {
    throw new NewerFormatError(
      `resume: ${file}: version must be ${formatVersion}, got ${version}. Resume with the mmrec that wrote it.`,
    );
  }
  const { tensors } = await readSafetensors(tensorsFile(folder, epoch)).catch((error: unknown) => {
    throw damaged(tensorsFile(folder, epoch), (error as Error).message);
  });
  const checkpoint = { epoch, tensors, state: state as State };
  if (checksum !== checksumOf(checkpoint)) {
    throw damaged(tensorsFile(folder, epoch), "its contents don't match its checksum");
  }
  return checkpoint;
}

async function readRecord(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return { ...(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>) };
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
}

const damaged = (file: string, reason: string) =>
  new Error(`resume: ${file} is damaged: ${reason}`);

async function readIdentity(file: string): Promise<TrainingIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as TrainingIdentity;
  } catch (error) {
    throw new Error(
      `resume: ${file} is damaged, so that nothing says whose checkpoints these are: ${(error as Error).message}. Start again with --force.`,
      { cause: error },
    );
  }
}

/** Epochs of the checkpoints, the newest first. */
async function epochsIn(folder: string): Promise<number[]> {
  return (await readdir(folder))
    .flatMap((name) => /^epoch-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** Removes checkpoints but some, the state first: without it the tensors are nothing. */
async function removeOthers(folder: string, epochs: readonly number[]): Promise<void> {
  const wanted = new Set(epochs.map(String));
  const others = (await readdir(folder)).filter((name) => {
    const epoch = /^epoch-(\d+)\.(json|safetensors)$/.exec(name)?.[1];
    return epoch !== undefined && !wanted.has(epoch);
  });
  for (const name of others.sort()) await rm(join(folder, name), { force: true });
}

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFileAtomically(file, (handle) => handle.writeFile(`${JSON.stringify(value)}\n`));
}

/** SHA-256 of all that a checkpoint holds, whatever the order of the tensors. */
function checksumOf({ epoch, tensors, state }: Checkpoint): string {
  const hash = createHash('sha256').update(`${epoch}\n${JSON.stringify(state)}\n`);
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { shape, data }] of sorted) {
    hash.update(`${name}[${shape.join()}]`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
