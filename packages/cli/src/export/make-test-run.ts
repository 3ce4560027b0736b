import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors, type NamedArray } from '@mmrec/features';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

/** A trained run of 120 users and 90 items in a folder, for tests: `<folder>/run`, its dataset `<folder>/shop`. */
export async function makeTestRun(folder: string): Promise<string> {
  const [data, run] = [join(folder, 'shop'), join(folder, 'run')];
  await writeSynth(data, { seed: 1, numUsers: 120, numItems: 90 });
  const args = ['train', 'lightgcn', '--data', data, '--out', run, '--epochs', '3'];
  const { code, stderr } = await mmrec(...args, '--backend', 'wasm', '--set', 'embeddingSize=16');
  if (code !== 0) throw new Error(stderr);
  return run;
}

/** What differs from the run that is copied. */
export interface ChangedRun {
  readonly embeddingSize?: number;
  readonly items?: readonly string[];
  /** A number to put first among the users' embeddings. */
  readonly firstNumber?: number;
  /** Place of the dataset. */
  readonly data?: string;
}

/** A copy of a run with other embeddings, made-up ones, and maybe other ids. */
export async function changeRun(from: string, to: string, changes: ChangedRun): Promise<string> {
  const read = (file: string) => JSON.parse(readFileSync(join(from, file), 'utf8')) as Contents;
  const ids = { ...read('ids.json'), ...(changes.items && { items: changes.items }) };
  const config = read('config.json');
  const path = changes.data ?? config.dataset.path;
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, 'ids.json'), JSON.stringify(ids));
  const dataset = { ...config.dataset, path, numItems: ids.items.length };
  writeFileSync(join(to, 'config.json'), JSON.stringify({ ...config, dataset }));
  const columns = changes.embeddingSize ?? 16;
  const madeUp = (rows: number, offset: number): NamedArray => ({
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at * at + offset)),
  });
  const users = madeUp(ids.users.length, 1);
  if (changes.firstNumber !== undefined) users.data[0] = changes.firstNumber;
  const tensors = { user_embeddings: users, item_embeddings: madeUp(ids.items.length, 2) };
  await writeSafetensors(join(to, 'model.safetensors'), { tensors });
  return to;
}

interface Contents {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly dataset: { readonly path: string };
}

/** Items with their scores, best first. */
export interface RankedItem {
  readonly item: string;
  readonly score: number;
}

/** The lists of `mmrec recommend` for some users: the exact search. */
export async function exactLists(
  run: string,
  users: readonly string[],
  k: number,
): Promise<ReadonlyMap<string, readonly RankedItem[]>> {
  const args = ['recommend', run, '--user', users.join(','), '-k', `${k}`, '--json'];
  const { code, stdout, stderr } = await mmrec(...args);
  if (code !== 0) throw new Error(stderr);
  const lists = JSON.parse(stdout) as { user: string; items: RankedItem[] }[];
  return new Map(lists.map(({ user, items }) => [user, items]));
}

/** Whether many numbers are the same, bit for bit: quicker than comparing them one by one as `toEqual` does. */
export function sameNumbers(numbers: readonly number[], tensor: NamedArray): boolean {
  const { buffer, byteOffset, byteLength } = tensor.data;
  const [some, others] = [
    Float32Array.from(numbers).buffer,
    Buffer.from(buffer, byteOffset, byteLength),
  ];
  return Buffer.from(some).equals(others);
}
