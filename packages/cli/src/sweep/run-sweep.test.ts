import { describeDuration } from '@mmrec/train';
import { describe, expect, it } from 'vitest';
import { runPool } from '../processes/run-pool.js';
import { runSweep, type TrialOutcome, type TrialTask } from './run-sweep.js';
import { summarizeSweep } from './summarize-sweep.js';
import { configurationTable, trialsCsv } from './sweep-tables.js';
import { parseSweepSpec } from './sweep-spec.js';

const spec = (contents: object) => parseSweepSpec({ data: 'shop', ...contents }, 'sweep');

/** A validation metric made from the options, the seed and the epochs; the test metric runs against it. */
function outcomeOf(task: TrialTask): TrialOutcome {
  const { options, model } = task.configuration;
  if (options['numLayers'] === 9) return { task, status: 'failed', message: 'no memory' };
  const layers = Number(options['numLayers'] ?? 0);
  const value = (model === 'vbpr' ? 0.5 : 0) + layers / 100 + task.seed / 1000;
  return {
    task,
    status: 'finished',
    valid: { 'recall@20': value },
    test: { 'recall@20': 1 - value },
    epochs: task.epochs ?? 7,
    seconds: 2,
  };
}

describe('runSweep', () => {
  it('trains a grid with every seed and chooses on validation', async () => {
    const grid = spec({
      seeds: [1, 2, 3],
      models: { lightgcn: { numLayers: [1, 3, 2] }, vbpr: null },
    });
    const tasks: string[] = [];
    const swept = await runSweep(grid, (given) => {
      tasks.push(...given.map(({ id }) => id));
      return Promise.resolve(given.map(outcomeOf));
    });
    expect(new Set(tasks).size).toBe(12);
    const summaries = summarizeSweep(swept, 'recall@20');
    expect(summaries.map(({ model, options, best }) => [model, options, best])).toEqual([
      ['vbpr', {}, true],
      ['lightgcn', { numLayers: 3 }, true],
      ['lightgcn', { numLayers: 2 }, false],
      ['lightgcn', { numLayers: 1 }, false],
    ]);
    expect(summaries[1]!.valid!['recall@20']!.mean).toBeCloseTo(0.032, 12);
    expect(summaries[1]!.valid!['recall@20']!.deviation).toBeCloseTo(0.001, 12);
    // Only what is chosen has a test metric to be seen.
    expect(summaries.map(({ test }) => test?.['recall@20']!.mean.toFixed(3))).toEqual([
      '0.498',
      '0.968',
      undefined,
      undefined,
    ]);
    const { heading, rows } = configurationTable(summaries, 'recall@20');
    expect(heading.slice(0, 5)).toEqual(['', 'model', 'numLayers', 'seeds', 'valid recall@20']);
    expect(rows[1]!.slice(0, 6)).toEqual([
      ...['*', 'lightgcn', '3', '3', '.0320 ± .0010', '.9680 ± .0010'],
    ]);
    expect(rows[2]!.slice(0, 6)).toEqual(['', 'lightgcn', '2', '3', '.0220 ± .0010', '–']);
  });

  it('halves: each round trains the best share of each model for longer', async () => {
    const halving = spec({
      search: { method: 'halving', trials: 30, rounds: [2, 6, 18], keep: 0.5 },
      seeds: [1, 2],
      models: {
        lightgcn: { numLayers: [1, 2, 3, 4, 5, 6] },
        bm3: { numLayers: [1, 2] },
      },
    });
    const rounds: { epochs: number | undefined; layers: string[] }[] = [];
    const swept = await runSweep(halving, (given) => {
      const layers = given.map(
        ({ configuration: { model, options } }) => `${model} ${options['numLayers']}`,
      );
      rounds.push({ epochs: given[0]!.epochs, layers: [...new Set(layers)].sort() });
      return Promise.resolve(given.map(outcomeOf));
    });
    expect(rounds).toEqual([
      {
        epochs: 2,
        layers: ['bm3 1', 'bm3 2', ...[1, 2, 3, 4, 5, 6].map((n) => `lightgcn ${n}`)],
      },
      { epochs: 6, layers: ['bm3 2', 'lightgcn 4', 'lightgcn 5', 'lightgcn 6'] },
      { epochs: 18, layers: ['bm3 2', 'lightgcn 6'] },
    ]);
    const [first] = summarizeSweep(swept, 'recall@20');
    expect(first).toMatchObject({ options: { numLayers: 6 }, round: 3, epochs: 18, best: true });
  });

  it('goes on when a trial fails, and never chooses its configuration', async () => {
    const grid = spec({ models: { lightgcn: { numLayers: [9, 1] } } });
    const swept = await runSweep(grid, (given) => Promise.resolve(given.map(outcomeOf)));
    const [best, failed] = summarizeSweep(swept, 'recall@20');
    expect(best).toMatchObject({ options: { numLayers: 1 }, best: true });
    expect(failed).toMatchObject({ best: false, failures: [`${failed!.id}-seed1: no memory`] });
    const [, , line] = trialsCsv(swept).split('\r\n');
    expect(line).toBe(`${failed!.id}-seed1,lightgcn,9,1,1,failed,,,,no memory`);
  });
});

describe('runPool', () => {
  it('keeps so many at work, and the results in order', async () => {
    let [running, most] = [0, 0];
    const results = await runPool([30, 10, 20, 5, 1], {
      workers: 2,
      run: async (wait) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, wait));
        running--;
        return wait;
      },
    });
    expect(results).toEqual([30, 10, 20, 5, 1]);
    expect(most).toBe(2);
  });
});

it('describes durations', () => {
  expect([45, 720, 12_000].map(describeDuration)).toEqual(['45 s', '12 min', '3 h 20 min']);
});
