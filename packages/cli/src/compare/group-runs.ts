import { isDeepStrictEqual } from 'node:util';
import type { Run } from '@mmrec/train';
import { UsageError } from '../usage-error.js';

/** Runs that differ in their seed alone, compared as one system. */
export interface RunGroup {
  /** The model's name, and what sets it apart from other groups of that model. */
  readonly name: string;
  readonly runs: readonly Run[];
}

/**
 * Puts runs together that differ in nothing but their seed; if all do, each stays alone.
 *
 * @throws {UsageError} If a run is given twice, or runs are not of the same users, items, interactions and protocol.
 */
export function groupRuns(runs: readonly Run[]): RunGroup[] {
  checkComparable(runs);
  const groups: Run[][] = [];
  for (const run of runs) {
    const alike = groups.find(([first]) => isDeepStrictEqual(settingsOf(first!), settingsOf(run)));
    if (alike) alike.push(run);
    else groups.push([run]);
  }
  if (groups.length === 1) return runs.map((run) => ({ name: seedOf(run, runs), runs: [run] }));
  const settings = groups.map(([run]) => settingsOf(run!));
  return groups.map((group, at) => ({ name: nameOf(settings[at]!, settings), runs: group }));
}

/** Everything that makes a run what it is but for its seed, the machine and the versions. */
function settingsOf({ config }: Run): Readonly<Record<string, unknown>> {
  const { model, modelOptions, trainingOptions, metric, dataset, init } = config;
  const { modalities } = dataset;
  return { model, ...modelOptions, ...trainingOptions, metric, modalities, init };
}

/** The model's name and the seed; the folder where two runs have the same seed. */
function seedOf({ folder, config: { model, seed } }: Run, runs: readonly Run[]): string {
  const alone = runs.filter(({ config }) => config.seed === seed).length === 1;
  return `${model} (${alone ? `seed=${seed}` : folder})`;
}

/** The model's name and, in parentheses, the options in which groups of that model differ. */
function nameOf(
  own: Readonly<Record<string, unknown>>,
  all: readonly Readonly<Record<string, unknown>>[],
): string {
  const same = all.filter(({ model }) => model === own['model']);
  const differing = Object.keys(own).filter((key) =>
    same.some((other) => !isDeepStrictEqual(other[key], own[key])),
  );
  const described = differing.map((key) => {
    const value = own[key];
    return `${key}=${Array.isArray(value) ? value.join('+') : String(value)}`;
  });
  const model = String(own['model']);
  return described.length === 0 ? model : `${model} (${described.join(', ')})`;
}

function checkComparable(runs: readonly Run[]): void {
  const [first] = runs;
  const seen = new Set<string>();
  for (const run of runs) {
    if (seen.has(run.folder)) {
      throw new UsageError(`compare: runs must be different, got ${run.folder} twice.`);
    }
    seen.add(run.folder);
    const difference = differenceOf(first!, run);
    if (difference === undefined) continue;
    throw new UsageError(
      `compare: runs must be of one dataset, split and protocol, got ${first!.folder} and ${run.folder}, whose ${difference}.`,
    );
  }
}

/** What makes two runs' figures incomparable; undefined if nothing does. */
function differenceOf(a: Run, b: Run): string | undefined {
  const counts = ['numUsers', 'numItems', 'train', 'validation', 'test'] as const;
  const names = { numUsers: 'users', numItems: 'items', train: 'training interactions' };
  for (const key of counts) {
    const [x, y] = [a.config.dataset[key], b.config.dataset[key]];
    const name = key in names ? names[key as keyof typeof names] : `${key} interactions`;
    if (x !== y) return `numbers of ${name} differ: ${x} and ${y}`;
  }
  for (const ids of ['users', 'items'] as const) {
    const at = a.ids[ids].findIndex((id, place) => id !== b.ids[ids][place]);
    if (at >= 0) return `${ids} differ: '${a.ids[ids][at]}' and '${b.ids[ids][at]}' in place ${at}`;
  }
  if (a.config.protocol === b.config.protocol) return undefined;
  return `protocols differ: ${a.config.protocol} and ${b.config.protocol}`;
}
