import type { Run } from '@mmrec/train';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { groupRuns } from './group-runs.js';

interface Differences {
  model?: string;
  seed?: number;
  numLayers?: number;
  modalities?: string[];
  test?: number;
  protocol?: 'mmrec' | 'lattice';
  items?: string[];
}

function runOf(folder: string, differences: Differences = {}): Run {
  const { model = 'bm3', seed = 1, numLayers = 1, modalities = ['visual'] } = differences;
  const { test = 5, protocol = 'mmrec', items = ['a', 'b'] } = differences;
  const counts = { numUsers: 2, numItems: 2, train: 4, validation: 1, test };
  return {
    folder,
    config: {
      ...{ version: 1, model, protocol, seed, metric: 'recall@20', backend: 'wasm', versions: {} },
      modelOptions: { numLayers },
      trainingOptions: { batchSize: 2 },
      dataset: { path: 'shop', name: 'shop', ...counts, modalities },
    },
    ids: { users: ['x', 'y'], items },
    tensors: {},
  };
}

const names = (...runs: Run[]) => groupRuns(runs).map(({ name }) => name);

describe('groupRuns', () => {
  it('puts seeds of one model together, whatever the order', () => {
    const groups = groupRuns([
      runOf('a', { seed: 1 }),
      runOf('b', { model: 'lightgcn' }),
      runOf('c', { seed: 2 }),
    ]);
    expect(groups.map(({ name, runs }) => [name, runs.map(({ folder }) => folder)])).toEqual([
      ['bm3', ['a', 'c']],
      ['lightgcn', ['b']],
    ]);
  });

  it('names groups of one model by the options that differ', () => {
    expect(
      names(
        runOf('a', { numLayers: 1 }),
        runOf('b', { numLayers: 2, modalities: ['visual', 'textual'] }),
        runOf('c', { model: 'lightgcn' }),
      ),
    ).toEqual([
      'bm3 (numLayers=1, modalities=visual)',
      'bm3 (numLayers=2, modalities=visual+textual)',
      'lightgcn',
    ]);
  });

  it('compares seeds with each other where nothing else differs', () => {
    expect(names(runOf('a', { seed: 1 }), runOf('b', { seed: 2 }))).toEqual([
      'bm3 (seed=1)',
      'bm3 (seed=2)',
    ]);
    expect(names(runOf('a'), runOf('b'))).toEqual(['bm3 (a)', 'bm3 (b)']);
  });

  it.each([
    [{ test: 6 }, 'numbers of test interactions differ: 5 and 6'],
    [{ items: ['a', 'c'] }, "items differ: 'b' and 'c' in place 1"],
    [{ protocol: 'lattice' as const }, 'protocols differ: mmrec and lattice'],
  ])('refuses runs whose figures don’t compare: %o', (difference, text) => {
    expect(() => groupRuns([runOf('a'), runOf('b', difference)])).toThrow(
      new UsageError(
        `compare: runs must be of one dataset, split and protocol, got a and b, whose ${text}.`,
      ),
    );
  });

  it('refuses a run that is given twice', () => {
    expect(() => groupRuns([runOf('a'), runOf('a')])).toThrow(
      new UsageError('compare: runs must be different, got a twice.'),
    );
  });
});
