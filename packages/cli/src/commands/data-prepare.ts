import { basename } from 'node:path';
import {
  prepareDataset,
  sourcePresets,
  type FeatureSource,
  type InteractionMapping,
  type MetadataMapping,
  type PreparedManifest,
  type PrepareOptions,
} from '@mmrec/data';
import { convertImageFeatures } from '@mmrec/features';
import { suggestion, withoutUndefined } from '@mmrec/core';
import { atLeastOne, choice, fraction, wholeNumber } from '../flags.js';
import { showProgress } from '../prepare/show-progress.js';
import type { Streams } from '../streams.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec data prepare`. */
export interface PrepareFlags {
  readonly out: string;
  readonly metadata?: readonly string[];
  readonly imageFeatures?: string;
  readonly source?: string;
  readonly columns?: string;
  readonly metadataColumns?: string;
  readonly format?: string;
  readonly metadataFormat?: string;
  readonly kCore?: string;
  readonly minRating?: string;
  readonly protocol?: string;
  readonly seed?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly name?: string;
  readonly memory?: string;
  readonly threads?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const formats = ['jsonl', 'csv', 'tsv', 'parquet'] as const;
const protocols = ['mmrec', 'lattice', 'time', 'leave-one-out'] as const;
const interactionColumns = ['user', 'item', 'time', 'rating'] as const;
const metadataColumns = ['id', 'title', 'brand', 'categories', 'description', 'image'] as const;

/** `mmrec data prepare <files…>`: a dataset folder from raw files. */
export async function prepare(
  files: readonly string[],
  flags: PrepareFlags,
  { stdout, stderr }: Streams,
): Promise<void> {
  const progress = showProgress(stderr);
  const options = { ...readFlags(files, flags), onProgress: progress.onProgress };
  let manifest: PreparedManifest;
  try {
    manifest = await prepareDataset(options);
  } catch (error) {
    // What the library calls a wrong kind of option is wrong use here.
    const { message } = error as Error;
    const isUse = error instanceof TypeError && message.startsWith('prepareDataset: ');
    throw isUse ? new UsageError(message, { cause: error }) : error;
  } finally {
    progress.done();
  }
  stdout.write(flags.json ? `${JSON.stringify(manifest, null, 2)}\n` : report(manifest, flags.out));
}

function readFlags(files: readonly string[], flags: PrepareFlags): PrepareOptions {
  const { out, metadata, imageFeatures, name, memory, force } = flags;
  const number = <T>(flag: string | undefined, read: (text: string) => T): T | undefined =>
    flag === undefined ? undefined : read(flag);
  const sources = Object.keys(sourcePresets) as (keyof typeof sourcePresets)[];
  return withoutUndefined({
    ...{ interactions: files, out, metadata, name, force },
    features: imageFeatures === undefined ? undefined : [imageFeatureSource(imageFeatures)],
    source: number(flags.source, (text) => choice('--source', text, sources)),
    columns: number(flags.columns, (text) => mapping('--columns', text, interactionColumns)) as
      Partial<InteractionMapping> | undefined,
    metadataColumns: number(flags.metadataColumns, (text) =>
      mapping('--metadata-columns', text, metadataColumns),
    ) as Partial<MetadataMapping> | undefined,
    format: number(flags.format, (text) => choice('--format', text, formats)),
    metadataFormat: number(flags.metadataFormat, (text) =>
      choice('--metadata-format', text, formats),
    ),
    kCore: number(flags.kCore, (text) => atLeastOne('--k-core', text)),
    minRating: number(flags.minRating, (text) => fraction('--min-rating', text, Infinity)),
    protocol: number(flags.protocol, (text) => choice('--protocol', text, protocols)),
    seed: number(flags.seed, (text) => wholeNumber('--seed', text)),
    validation: number(flags.validation, (text) => fraction('--validation', text, 1)),
    test: number(flags.test, (text) => fraction('--test', text, 1)),
    memoryLimit: number(memory, memorySize),
    threads: number(flags.threads, (text) => atLeastOne('--threads', text)),
  }) as PrepareOptions;
}

/** `user=who,item=what` as an object. */
function mapping(flag: string, text: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      const name = part.slice(0, Math.max(at, 0)).trim();
      const column = part.slice(at + 1).trim();
      if (names.includes(name) && column !== '') return [name, column];
      throw new UsageError(
        `${flag} must be ${names.map((known) => `${known}=COLUMN`).join(',')} or some of these, got '${part}'.${suggestion(name, names)}`,
      );
    }),
  );
}

function memorySize(text: string): string {
  if (/^\d+(\.\d+)? ?[KMGT]i?B$/i.test(text)) return text;
  throw new UsageError(`--memory must be a size such as 800MB or 4GB, got '${text}'.`);
}

/** Amazon's image features, as a file of the dataset. */
function imageFeatureSource(path: string): FeatureSource {
  return {
    path,
    format: 'b',
    target: 'image_feat.npy',
    modality: 'visual',
    convert: async ({ file, itemIds, onBytes }) => ({
      ...(await convertImageFeatures(path, file, { itemIds, onBytes })),
    }),
  };
}

function report(manifest: PreparedManifest, out: string): string {
  const { counts, rows, protocol, metadata, features } = manifest;
  const count = (value: number) => value.toLocaleString('en-US');
  const left = [
    [rows.duplicates, 'repeated'],
    [rows.belowMinRating, 'rated too low'],
    [rows.outsideCore, 'outside the k-core'],
  ] as const;
  const reasons = left.filter(([number]) => number > 0);
  const visual = features?.['visual'] as { shape: number[]; missing: number } | undefined;
  const lines = [
    `${out}: ${count(counts.users)} users, ${count(counts.items)} items, ${count(counts.train)} / ${count(counts.validation)} / ${count(counts.test)} interactions (protocol ${protocol})`,
    `of ${count(rows.read)} rows${reasons.map(([number, why]) => `, ${count(number)} ${why}`).join('')}`,
    metadata &&
      `${count(metadata.itemsDescribed)} items described: ${count(metadata.titles)} with a title, ${count(metadata.imageUrls)} with an image's address`,
    visual && `visual features ${visual.shape.join(' × ')}, ${count(visual.missing)} items without`,
    `look at it: mmrec data inspect ${basename(out) === out ? out : `'${out}'`}`,
  ];
  return `${lines.filter(Boolean).join('\n')}\n`;
}
