import { createHash } from 'node:crypto';
import { readSafetensors, writeSafetensors, type NamedArray } from '@mmrec/features';
import type { Optimizer } from '@mmrec/ops';
import { dispose, tensor, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** What a pre-training is: two that agree in all of it give the same encoder. */
export type PretrainIdentity = Readonly<Record<string, string | number | boolean>>;

/** What changes while training. */
export interface TrainingState {
  readonly parameters: Readonly<Record<string, Variable>>;
  readonly optimizer: Optimizer;
}

/** Format of the file. */
const formatVersion = 1;

/**
 * Writes parameters, moments and epoch, with a checksum. The file appears whole or not at all.
 *
 * @param epoch - Epochs that are done.
 */
export async function saveCheckpoint(
  file: string,
  { parameters, optimizer }: TrainingState,
  { epoch, identity }: { readonly epoch: number; readonly identity: PretrainIdentity },
): Promise<void> {
  const tensors: Record<string, NamedArray> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const { m, v } = optimizer.state[name]!;
    tensors[name] = arrayOf(parameter);
    tensors[`${name}:m`] = arrayOf(m);
    tensors[`${name}:v`] = arrayOf(v);
  }
  const metadata = {
    version: String(formatVersion),
    epoch: String(epoch),
    steps: String(optimizer.steps),
    identity: JSON.stringify(identity),
  };
  const checksum = checksumOf(tensors, metadata);
  await writeSafetensors(file, { tensors, metadata: { ...metadata, checksum } });
}

/**
 * Puts parameters and moments back as a checkpoint has them.
 *
 * @returns Epochs that are done.
 * @throws {Error} If the file is damaged, or belongs to another pre-training: it says in what that differs.
 */
export async function restoreCheckpoint(
  file: string,
  { parameters, optimizer }: TrainingState,
  identity: PretrainIdentity,
): Promise<number> {
  const { tensors, metadata } = await readSafetensors(file);
  const { checksum, ...rest } = metadata;
  if (checksum !== checksumOf(tensors, rest)) {
    throw new Error(
      `restoreCheckpoint: ${file} is damaged: its contents don't match its checksum. Start again with --force instead of --resume.`,
    );
  }
  checkIdentity(file, JSON.parse(rest['identity']!) as PretrainIdentity, identity);
  const moments: Record<string, { m: Tensor; v: Tensor }> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const [value, m, v] = [name, `${name}:m`, `${name}:v`].map((key) => tensorOf(tensors[key]!));
    parameter.assign(value!);
    dispose(value!);
    moments[name] = { m: m!, v: v! };
  }
  optimizer.restore({ steps: Number(rest['steps']), state: moments });
  return Number(rest['epoch']);
}

function checkIdentity(file: string, saved: PretrainIdentity, here: PretrainIdentity): void {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(here)])];
  const other = names.filter((name) => saved[name] !== here[name]);
  if (other.length === 0) return;
  const differences = other.map(
    (name) => `${name} ${String(saved[name])} there, ${String(here[name])} here`,
  );
  throw new Error(
    `restoreCheckpoint: ${file} belongs to another pre-training (${differences.join('; ')}). Resume with its settings and data, or start again with --force.`,
  );
}

/** SHA-256 of all that a checkpoint holds. */
function checksumOf(
  tensors: Readonly<Record<string, NamedArray>>,
  metadata: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256');
  for (const [name, text] of sorted(metadata)) hash.update(`${name}=${text}\n`);
  for (const [name, { shape, data }] of sorted(tensors)) {
    hash.update(`${name}[${shape.join()}]`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

const sorted = <T>(record: Readonly<Record<string, T>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const arrayOf = (x: Tensor): NamedArray => ({
  shape: x.shape,
  data: (x.dataSync() as Float32Array).slice(),
});

const tensorOf = ({ shape, data }: NamedArray) => tensor(data, [...shape]);
