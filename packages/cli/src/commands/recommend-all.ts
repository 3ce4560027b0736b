import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { readRunConfig } from '@mmrec/train';
import { atLeastOne, backendFlag, rangeFlag } from '../flags.js';
import { openRun } from '../open-run.js';
import { runShards, shardsOf, type Shard } from '../processes/run-shards.js';
import { readRecommendations, writeRecommendations } from '../recommend/recommendation-file.js';
import { scoreUsers } from '../recommend/score-users.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec recommend --all`. */
export interface RecommendAllFlags {
  readonly out?: string;
  readonly k?: string;
  /** A range of users, such as `0-50000`: the first and the one after the last. */
  readonly range?: string;
  readonly queue?: string;
  readonly shardSize?: string;
  readonly data?: string;
  readonly backend?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `mmrec recommend <run> --all`: the top items of every user, as a Parquet file. */
export async function recommendAll(
  folder: string,
  flags: RecommendAllFlags,
  { stdout, stderr }: Streams,
): Promise<void> {
  const start = performance.now();
  const { out } = flags;
  if (out === undefined) {
    throw new UsageError('recommend: --all needs --out, the Parquet file to write.');
  }
  if (existsSync(out) && !flags.force) {
    throw new Error(`recommend: ${out} is there already. Replace it with --force.`);
  }
  const k = atLeastOne('-k', flags.k ?? '10');
  const { dataset } = await readRunConfig(folder);
  const count = dataset.numUsers;
  const range =
    flags.range === undefined
      ? ([0, count] as const)
      : rangeFlag(flags.range, { thing: 'user', count, example: Math.min(1000, count) });
  await mkdir(dirname(resolve(out)), { recursive: true });
  if (flags.queue === undefined) await writeHere(folder, { flags, out, k, range });
  else await writeOnQueue(folder, { flags, queue: flags.queue, out, k, range, stderr });
  const [first, end] = range;
  const seconds = (performance.now() - start) / 1000;
  if (flags.json) stdout.write(`${JSON.stringify({ out, users: end - first, k, seconds })}\n`);
  else stdout.write(`${out}: ${end - first} users, ${k} items each, ${seconds.toFixed(1)} s\n`);
}

interface Work {
  readonly flags: RecommendAllFlags;
  readonly out: string;
  readonly k: number;
  readonly range: readonly [number, number];
}

async function writeHere(folder: string, { flags, out, k, range }: Work): Promise<void> {
  await useBackend(backendFlag(flags.backend));
  const { run, dataset, embeddings } = await openRun(folder, flags.data);
  const inputs = { embeddings, exclude: dataset.train, ids: run.ids, k, range };
  await writeFileAtomically(out, (handle) => writeRecommendations(handle, scoreUsers(inputs)));
  embeddings.users.dispose();
  embeddings.items.dispose();
}

/** Has workers write a file for each shard of the users, and joins them. Shards that are there are not made again. */
async function writeOnQueue(
  folder: string,
  work: Work & { readonly queue: string; readonly stderr: Streams['stderr'] },
): Promise<void> {
  const { flags, out, k, range, stderr } = work;
  const size = atLeastOne('--shard-size', flags.shardSize ?? '50000');
  const parts = resolve(`${out}.parts`);
  await mkdir(parts, { recursive: true });
  const shards = shardsOf(range, size);
  const partOf = ([first, end]: Shard) => join(parts, `${first}-${end}-${k}.parquet`);
  const users = ([first, end]: Shard) => `users ${first} to ${end - 1}`;
  await runShards(shards, {
    address: work.queue,
    commandOf: (shard) => {
      if (existsSync(partOf(shard))) return undefined;
      const args = ['recommend', resolve(folder), '--all', '--out', partOf(shard), '-k', `${k}`];
      return [
        ...args,
        ...['--range', shard.join('-'), '--force'],
        ...(flags.data === undefined ? [] : ['--data', resolve(flags.data)]),
        ...(flags.backend === undefined ? [] : ['--backend', flags.backend]),
      ];
    },
    describe: users,
    nameFailure: (shard) => `recommend: ${users(shard)}`,
    stderr,
  });
  async function* joined() {
    for (const shard of shards) yield await readRecommendations(partOf(shard));
  }
  await writeFileAtomically(out, (handle) => writeRecommendations(handle, joined()));
  await rm(parts, { recursive: true });
}
