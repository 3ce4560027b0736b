import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { defineOptions, suggestion } from '@mmrec/core';
import {
  findPreset,
  type InteractionMapping,
  type MetadataMapping,
  type sourcePresets,
} from './presets.js';
import type { PrepareProgress } from './progress.js';
import { describeSource, type SourceFile, type SourceFormat } from './source-file.js';
import { usesTime, type PrepareProtocol } from './split-interactions.js';

/** A file of features that goes into the dataset folder, and how. */
export interface FeatureSource {
  readonly path: string;
  /** What the manifest calls its format. */
  readonly format: string;
  /** Name of the file that is made of it. */
  readonly target: string;
  /** What the manifest calls them. */
  readonly modality: string;
  /**
   * Writes the features of the dataset's items.
   *
   * @returns What the manifest says of them.
   */
  convert(target: FeatureTarget): Promise<Readonly<Record<string, unknown>>>;
}

/** Where features go. */
export interface FeatureTarget {
  readonly file: string;
  /** External ids in the order of the rows. */
  readonly itemIds: readonly string[];
  onBytes(bytes: number): void;
}

/** What to prepare, from which files, and how. */
export interface PrepareOptions {
  /** Files of interactions, read in this order. */
  readonly interactions: readonly string[];
  /** Files that describe the items. */
  readonly metadata?: readonly string[];
  readonly features?: readonly FeatureSource[];
  /** Folder to write; it must not exist, or be empty. */
  readonly out: string;
  /** Name of the dataset. By default that of the folder. */
  readonly name?: string;
  /** A published dataset whose columns are known. */
  readonly source?: keyof typeof sourcePresets;
  /** Columns of the interactions; over those of `source`. */
  readonly columns?: Partial<InteractionMapping>;
  /** Columns of the metadata; over those of `source`. */
  readonly metadataColumns?: Partial<MetadataMapping>;
  /** Format of the interactions. By default from the files' names. */
  readonly format?: SourceFormat;
  /** Format of the metadata. By default from the files' names. */
  readonly metadataFormat?: SourceFormat;
  /** Different partners that every user and item has at least. Default 5; 1 keeps all. */
  readonly kCore?: number;
  /** Ratings below are left out. By default none. */
  readonly minRating?: number;
  /** How interactions are split. Default `mmrec`. */
  readonly protocol?: PrepareProtocol;
  /** Seed of the splits that draw. Default 1. */
  readonly seed?: number;
  /** Share for validation of the protocol `time`. Default 0.1. */
  readonly validation?: number;
  /** Share for test of the protocol `time`. Default 0.1. */
  readonly test?: number;
  /** Memory that DuckDB may take, such as `1GB` (default). */
  readonly memoryLimit?: string;
  /** Threads of DuckDB. By default the machine's cores. The outcome does not depend on them. */
  readonly threads?: number;
  /** Replace a dataset that is in the folder. */
  readonly force?: boolean;
  readonly onProgress?: (progress: PrepareProgress) => void;
}

interface Numbers {
  readonly kCore: number;
  readonly seed: number;
  readonly validation: number;
  readonly test: number;
  readonly threads: number;
}

const numberOptions = defineOptions<Numbers>({
  kCore: { kind: 'integer', default: 5, min: 1, description: 'Partners that each has at least.' },
  seed: { kind: 'integer', default: 1, min: 0, description: 'Seed of the splits.' },
  validation: { kind: 'number', default: 0.1, min: 0, below: 1, description: 'Share.' },
  test: { kind: 'number', default: 0.1, min: 0, below: 1, description: 'Share.' },
  threads: { kind: 'integer', default: availableParallelism(), min: 1, description: 'Threads.' },
});

const protocols: readonly PrepareProtocol[] = ['mmrec', 'lattice', 'time', 'leave-one-out'];

/** Options with their defaults and the files described. */
export interface PreparePlan extends Numbers {
  readonly interactions: readonly SourceFile[];
  readonly metadata: readonly SourceFile[];
  readonly features: readonly FeatureSource[];
  readonly columns: InteractionMapping;
  readonly metadataColumns: MetadataMapping;
  readonly out: string;
  readonly name: string;
  readonly protocol: PrepareProtocol;
  readonly minRating: number | undefined;
  readonly memoryLimit: string;
  readonly force: boolean;
  onProgress(progress: PrepareProgress): void;
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} For an unknown name, or a column that is needed and not named.
 * @throws {RangeError} For a number out of range.
 */
export function planPreparation(options: PrepareOptions): PreparePlan {
  const { interactions, metadata = [], features = [], protocol = 'mmrec', minRating } = options;
  const where = 'prepareDataset';
  const { kCore, seed, validation, test, threads } = options;
  const numbers = numberOptions.resolve(where, {
    ...given({ kCore, seed, validation, test, threads }),
  });
  if (!protocols.includes(protocol)) {
    throw new TypeError(
      `${where}: protocol must be one of ${protocols.join(', ')}, got '${protocol as string}'.${suggestion(protocol, protocols)}`,
    );
  }
  if (numbers.validation + numbers.test >= 1) {
    throw new RangeError(
      `${where}: validation and test must add up to less than 1, got ${numbers.validation} and ${numbers.test}.`,
    );
  }
  if (minRating !== undefined && !Number.isFinite(minRating)) {
    throw new RangeError(`${where}: minRating must be a finite number, got ${minRating}.`);
  }
  if (interactions.length === 0) {
    throw new TypeError(`${where}: interactions must name at least one file, got none.`);
  }
  const name = options.name ?? basename(resolve(options.out));
  if (!/^[^\s/\\.][^/\\]*$/.test(name)) {
    throw new RangeError(`${where}: name must be fit for a file, got '${name}'.`);
  }
  return {
    ...numbers,
    interactions: interactions.map((path) => describeSource(path, options.format)),
    metadata: metadata.map((path) => describeSource(path, options.metadataFormat)),
    features,
    columns: chooseColumns(options, protocol),
    metadataColumns: chooseMetadataColumns(options),
    out: resolve(options.out),
    ...{ name, protocol, minRating },
    memoryLimit: options.memoryLimit ?? '1GB',
    force: options.force ?? false,
    onProgress: options.onProgress ?? (() => undefined),
  };
}

function given<T extends object>(values: T): Partial<Numbers> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The columns to read: times only where the split needs them, ratings only for a lowest one. */
function chooseColumns(
  { source, columns, minRating }: PrepareOptions,
  protocol: PrepareProtocol,
): InteractionMapping {
  const preset = source === undefined ? {} : findPreset(source).interactions;
  const { user, item, time, rating }: Partial<InteractionMapping> = { ...preset, ...columns };
  const needed = (column: string | undefined, option: string, reason: string): string => {
    if (column !== undefined && column !== '') return column;
    throw new TypeError(
      `prepareDataset: columns.${option} must name the column of ${reason}, got nothing. Name it, or name a source whose columns are known.`,
    );
  };
  return {
    user: needed(user, 'user', 'the users'),
    item: needed(item, 'item', 'the items'),
    ...(usesTime(protocol) && { time: needed(time, 'time', `the times, for ${protocol}`) }),
    ...(minRating !== undefined && { rating: needed(rating, 'rating', 'the ratings') }),
  };
}

function chooseMetadataColumns({
  source,
  metadata = [],
  metadataColumns,
}: PrepareOptions): MetadataMapping {
  const preset = source === undefined ? {} : findPreset(source).metadata;
  const chosen: Partial<MetadataMapping> = { ...preset, ...metadataColumns };
  if (chosen.id !== undefined || metadata.length === 0) return { ...chosen, id: chosen.id ?? '' };
  throw new TypeError(
    'prepareDataset: metadataColumns.id must name the column of the item ids, got nothing. Name it, or name a source whose columns are known.',
  );
}
