import { cpus } from 'node:os';
import { suggestion } from '@mmrec/core';
import { rankingMetrics } from '@mmrec/metrics';
import { findModel } from '../models.js';
import { readConfigFile, resolveSettings } from '../settings.js';
import { UsageError } from '../usage-error.js';
import { parseSearch, type Search } from './parse-search.js';
import { parseSpace, spaceBounds, type Space } from './search-space.js';
import { integerFrom, isInteger, isMapping, show } from './spec-values.js';

/** What is swept, read from a file and checked. */
export interface SweepSpec {
  readonly data: string;
  /** Folder for the trials and the results. */
  readonly out?: string;
  readonly models: readonly ModelSpace[];
  readonly seeds: readonly number[];
  readonly search: Search;
  /** Flags of `mmrec train` that all trials share, such as `['--metric', 'recall@20']`. */
  readonly flags: readonly string[];
  /** The validation metric that chooses, such as `recall@20`. */
  readonly metric: string;
  /** Largest number of epochs; absent: the model's. */
  readonly epochs?: number;
  /** Trials that run at once. */
  readonly workers: number;
}

/** A model and the values of its options to be tried. */
export interface ModelSpace {
  readonly model: string;
  readonly space: Space;
}

const known =
  'data out models seeds search epochs metric protocol modalities backend threads workers'.split(
    ' ',
  );

/**
 * Reads a sweep's specification from a YAML or JSON file. Everything that could fail a trial for its options is
 * found here, before anything runs.
 *
 * @throws {UsageError} For what is missing, unknown, empty or out of range, naming file and key.
 */
export async function readSweepSpec(file: string): Promise<SweepSpec> {
  const contents = await readConfigFile(file, `sweep: ${file}`);
  return parseSweepSpec(contents, `sweep: ${file}`);
}

/** The same for a specification that is already read. @param where - What messages begin with. */
export function parseSweepSpec(
  contents: Readonly<Record<string, unknown>>,
  where: string,
): SweepSpec {
  for (const key of Object.keys(contents)) {
    if (known.includes(key)) continue;
    const hint = suggestion(key, known) || ` Known keys: ${known.join(', ')}.`;
    throw new UsageError(`${where}: unknown key '${key}'.${hint}`);
  }
  const { data, out, seeds = [1], epochs, workers = cpus().length, threads = 1 } = contents;
  if (typeof data !== 'string') {
    throw new UsageError(`${where}: data must name a dataset folder, got ${show(data)}.`);
  }
  if (out !== undefined && typeof out !== 'string') {
    throw new UsageError(`${where}: out must name a folder, got ${show(out)}.`);
  }
  if (!Array.isArray(seeds) || seeds.length === 0 || !seeds.every((seed) => isInteger(seed, 0))) {
    throw new UsageError(`${where}: seeds must be a list of integers ≥ 0, got ${show(seeds)}.`);
  }
  const metric = parseMetric(contents['metric'] ?? 'recall@20', where);
  const most = epochs === undefined ? undefined : integerFrom(1, epochs, `${where}: epochs`);
  const search = parseSearch(contents['search'] ?? 'grid', where);
  return {
    data,
    ...(out !== undefined && { out }),
    models: parseModels(contents['models'], { where, search }),
    seeds: [...new Set(seeds as number[])],
    search,
    metric,
    ...(most !== undefined && { epochs: most }),
    workers: integerFrom(1, workers, `${where}: workers`),
    flags: [
      ...['--metric', metric, '--threads', `${integerFrom(1, threads, `${where}: threads`)}`],
      ...['protocol', 'backend', 'modalities'].flatMap((name) =>
        sharedFlag(name, contents[name], where),
      ),
    ],
  };
}

/** A flag of `mmrec train` for all trials; its value is checked where it is read. */
function sharedFlag(name: string, value: unknown, where: string): string[] {
  if (value === undefined) return [];
  const words = Array.isArray(value) ? (value as unknown[]) : [value];
  if (words.length > 0 && words.every((word) => typeof word === 'string')) {
    return [`--${name}`, words.join(',')];
  }
  throw new UsageError(`${where}: ${name} must be a word or a list of words, got ${show(value)}.`);
}

function parseModels(
  models: unknown,
  { where, search }: { readonly where: string; readonly search: Search },
): ModelSpace[] {
  if (!isMapping(models) || Object.keys(models).length === 0) {
    throw new UsageError(
      `${where}: models must map model names to the option values to try, got ${show(models)}.`,
    );
  }
  return Object.entries(models).map(([name, options]) => {
    const at = `${where}: models.${name}`;
    const model = prefixed(`${where}: models`, () => findModel(name));
    if (options !== null && !isMapping(options)) {
      throw new UsageError(`${at} must map options to lists of values, got ${show(options)}.`);
    }
    const space = parseSpace(options ?? {}, { where: at, ranges: search.method !== 'grid' });
    for (const settings of spaceBounds(space)) prefixed(at, () => resolveSettings(model, settings));
    return { model: name, space };
  });
}

/** Runs a check whose messages name another command; here they name the file and the key. */
function prefixed<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const message = (error as Error).message.replace(/^[\w-]+: /, '');
    throw new UsageError(`${where}: ${message}`, { cause: error });
  }
}

function parseMetric(value: unknown, where: string): string {
  const [, name, k] = /^([a-z]+)@([1-9]\d*)$/.exec(String(value)) ?? [];
  if (name !== undefined && k !== undefined && rankingMetrics.some((known) => known === name))
    return String(value);
  const near = suggestion(String(value).split('@')[0]!, rankingMetrics);
  throw new UsageError(
    `${where}: metric must be one of ${rankingMetrics.join(', ')} with a length such as recall@20, got ${show(value)}.${near}`,
  );
}
