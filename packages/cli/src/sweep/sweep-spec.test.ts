import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { planConfigurations, trialsOf } from './plan-trials.js';
import { parseSweepSpec, readSweepSpec } from './sweep-spec.js';

const spec = (contents: object) =>
  parseSweepSpec({ data: 'shop', models: { lightgcn: {} }, ...contents }, 'sweep: spec.yaml');
const optionsOf = (contents: object) =>
  planConfigurations(spec(contents)).map(({ model, options }) => ({ model, ...options }));

describe('parseSweepSpec', () => {
  it('fills in what is not said', () => {
    expect(spec({})).toMatchObject({
      data: 'shop',
      seeds: [1],
      search: { method: 'grid' },
      metric: 'recall@20',
      flags: ['--metric', 'recall@20', '--threads', '1'],
    });
    expect(spec({ search: 'halving' }).search).toEqual({
      method: 'halving',
      trials: 20,
      seed: 1,
      rounds: [5, 15, 45],
      keep: 1 / 3,
    });
    expect(spec({ modalities: ['visual', 'textual'], backend: 'wasm' }).flags).toEqual(
      '--metric recall@20 --threads 1 --backend wasm --modalities visual,textual'.split(' '),
    );
  });

  it.each([
    [{ modles: {} }, "unknown key 'modles'. Did you mean 'models'?"],
    [{ data: 3 }, 'data must name a dataset folder, got 3.'],
    [{ models: {} }, 'models must map model names to the option values to try, got {}.'],
    [
      { models: { bm4: {} } },
      "models: unknown model 'bm4'. Did you mean 'bm3'? Models: alignrec, bm3, lgmrec, lightgcn, mmssl, vbpr.",
    ],
    [
      { models: { bm3: { dropuot: [0.1] } } },
      "models.bm3: unknown option 'dropuot' for bm3. Did you mean 'dropout'?",
    ],
    [
      { models: { bm3: { dropout: [] } } },
      'models.bm3.dropout must list at least one value, got none: the grid is empty.',
    ],
    [
      { models: { bm3: { dropout: [0.1, 1.5] } } },
      'models.bm3: dropout must be a number ≥ 0 and < 1, got 1.5.',
    ],
    [
      { models: { bm3: { dropout: { min: 0, max: 0.5 } } } },
      'models.bm3.dropout must be a list of values, got {"min":0,"max":0.5}. Ranges need search: random or halving.',
    ],
    [
      { search: 'random', models: { bm3: { dropout: { min: 0.1, max: 1.5 } } } },
      'models.bm3: dropout must be a number ≥ 0 and < 1, got 1.5.',
    ],
    [
      { search: 'random', models: { bm3: { learningRate: { min: 0, max: 1, scale: 'log' } } } },
      'models.bm3.learningRate must be a list of values or a range {min, max, scale: linear or log} with min < max (and min > 0 for log), got {"min":0,"max":1,"scale":"log"}.',
    ],
    [
      { metric: 'recal@20' },
      "metric must be one of recall, ndcg, precision, map, mrr, hit with a length such as recall@20, got 'recal@20'. Did you mean 'recall'?",
    ],
    [{ seeds: [] }, 'seeds must be a list of integers ≥ 0, got [].'],
    [{ epochs: 0 }, 'epochs must be an integer ≥ 1, got 0.'],
    [{ workers: 1.5 }, 'workers must be an integer ≥ 1, got 1.5.'],
    [
      { search: 'grdi' },
      "search must be one of grid, random, halving, or a mapping with such a method, got 'grdi'. Did you mean 'grid'?",
    ],
    [
      { search: { method: 'random', trails: 3 } },
      "unknown key 'search.trails' for random. Did you mean 'trials'?",
    ],
    [
      { search: { method: 'halving', rounds: [5, 5] } },
      'search.rounds must be rising numbers of epochs, got [5,5].',
    ],
    [
      { search: { method: 'halving', keep: 1 } },
      'search.keep must be a number > 0 and < 1, got 1.',
    ],
    [{ backend: 3 }, 'backend must be a word or a list of words, got 3.'],
  ])('refuses %j', (contents, message) => {
    expect(() => spec(contents)).toThrow(new UsageError(`sweep: spec.yaml: ${message}`));
  });

  it('reads YAML, and says what is wrong with a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmrec-spec-'));
    try {
      const file = join(folder, 'spec.yaml');
      writeFileSync(file, 'data: shop\nmodels:\n  vbpr:\n    embeddingSize: [8, 16]\n');
      const read = await readSweepSpec(file);
      expect(read.models).toEqual([
        { model: 'vbpr', space: { embeddingSize: { values: [8, 16] } } },
      ]);
      writeFileSync(file, 'data: [shop');
      await expect(readSweepSpec(file)).rejects.toThrow(`sweep: ${file} can't be read: `);
      await expect(readSweepSpec(join(folder, 'none'))).rejects.toThrow(
        "none can't be read: ENOENT",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('planConfigurations', () => {
  it('makes every combination of a grid, the last option changing fastest', () => {
    const models = { lightgcn: { numLayers: [1, 2], embeddingSize: [8, 16] }, vbpr: null };
    expect(optionsOf({ models })).toEqual([
      { model: 'lightgcn', numLayers: 1, embeddingSize: 8 },
      { model: 'lightgcn', numLayers: 1, embeddingSize: 16 },
      { model: 'lightgcn', numLayers: 2, embeddingSize: 8 },
      { model: 'lightgcn', numLayers: 2, embeddingSize: 16 },
      { model: 'vbpr' },
    ]);
  });

  const random = (trials: number, seed = 1) =>
    optionsOf({
      search: { method: 'random', trials, seed },
      models: {
        bm3: {
          learningRate: { min: 1e-4, max: 1e-1, scale: 'log' },
          dropout: { min: 0.1, max: 0.5 },
          numLayers: { min: 1, max: 3 },
          variant: ['paper', 'published'],
        },
      },
    }) as unknown as Record<string, number>[];

  it('draws from ranges and lists, the same for the same seed, and keeps draws when more are asked for', () => {
    const drawn = random(300);
    expect(random(300)).toEqual(drawn);
    expect(random(20)).toEqual(drawn.slice(0, 20));
    expect(random(20, 2)).not.toEqual(drawn.slice(0, 20));
    for (const { learningRate, dropout, numLayers } of drawn) {
      expect(learningRate).toBeGreaterThanOrEqual(1e-4);
      expect(learningRate).toBeLessThanOrEqual(1e-1);
      expect(dropout).toBeGreaterThanOrEqual(0.1);
      expect(dropout).toBeLessThanOrEqual(0.5);
      expect([1, 2, 3]).toContain(numLayers);
    }
    // On a logarithmic scale each power of ten has a third; 300 draws are within 5 standard deviations of 100.
    const decade = drawn.filter(({ learningRate }) => learningRate! < 1e-3).length;
    expect(Math.abs(decade - 100)).toBeLessThan(5 * 8.2);
    const layers = drawn.filter(({ numLayers }) => numLayers === 3).length;
    expect(Math.abs(layers - 100)).toBeLessThan(5 * 8.2);
  });

  it('trains a configuration once, and names it the same wherever it occurs', () => {
    const both = planConfigurations(spec({ models: { lightgcn: { numLayers: [2, 2, 3] } } }));
    expect(both.map(({ options }) => options)).toEqual([{ numLayers: 2 }, { numLayers: 3 }]);
    const [alone] = planConfigurations(spec({ models: { lightgcn: { numLayers: 3 } } }));
    expect(alone!.id).toBe(both[1]!.id);
    expect(trialsOf(alone!, [1, 7]).map(({ id, seed }) => [id, seed])).toEqual([
      [`${alone!.id}-seed1`, 1],
      [`${alone!.id}-seed7`, 7],
    ]);
  });
});
