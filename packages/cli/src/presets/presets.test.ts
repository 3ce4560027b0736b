import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preset } from '@mmrec/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mmrec } from '../run-main.js';
import type * as registry from '../models.js';
import { models } from '../models.js';
import { resolveSettings } from '../settings.js';
import { writeSynth } from '../synth.js';
import { presetsOf, presetSettings } from './find-preset.js';

/** Made up: the demonstration data of this test as a published data set. */
const { toy } = vi.hoisted(() => ({
  toy: {
    dataset: {
      name: 'toy',
      title: 'Toy shop',
      users: 60,
      items: 40,
      interactions: 0, // filled in when the data are made
      splits: {} as Record<string, object>,
      source: 'this test',
    },
    protocol: 'lattice' as const,
    options: { embeddingSize: 8, numLayers: 2 },
    training: { epochs: 2, learningRate: 0.01 },
    basis: 'reported' as const,
    source: 'the toy paper, Table 1',
    published: [
      { metrics: { 'recall@20': 0.5 }, protocol: 'lattice' as const, source: 'the toy paper' },
      { metrics: { 'ndcg@20': 0.25 }, protocol: 'mmrec' as const, source: 'another paper' },
    ],
    measured: {
      metrics: { 'recall@20': 0.4 },
      protocol: 'lattice' as const,
      source: 'a run, one seed',
    },
  },
}));

vi.mock('../models.js', async (importActual) => {
  const actual = await importActual<typeof registry>();
  const { lightgcn, bm3, ...others } = actual.models;
  const known = {
    ...others,
    bm3: { ...bm3!, presets: { ...bm3!.presets, toy: { ...toy, options: { embeddingSize: 8 } } } },
    lightgcn: { ...lightgcn!, presets: { ...lightgcn!.presets, toy } },
  };
  return {
    ...actual,
    models: known,
    findModel: (name: string, where?: string) =>
      Object.hasOwn(known, name)
        ? known[name as keyof typeof known]
        : actual.findModel(name, where),
  };
});

let folder: string;
let data: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-presets-'));
  data = join(folder, 'toy');
  const { counts } = await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
  toy.dataset.interactions = counts.train + counts.validation + counts.test;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const readJson = (...path: string[]) =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;

const train = (...args: string[]) =>
  mmrec('train', 'lightgcn', '--data', data, '--backend', 'wasm', ...args);

describe('mmrec train --preset', () => {
  it('takes options, training and protocol from the preset, and records it', async () => {
    const out = join(folder, 'preset');
    const { code, stderr } = await train('--preset', 'toy', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toContain('preset toy: the toy paper, Table 1\n');
    expect(readJson(out, 'config.json')).toMatchObject({
      preset: { name: 'toy', anyDataset: false },
      protocol: 'lattice',
      modelOptions: { embeddingSize: 8, numLayers: 2, regWeight: 1e-4 },
      trainingOptions: { epochs: 2, learningRate: 0.01, batchSize: 2048 },
    });
  });

  it('lets the configuration file go before it, and the command line before both', async () => {
    const config = join(folder, 'options.yaml');
    writeFileSync(config, 'preset: toy\nnumLayers: 1\nlearningRate: 0.1\nprotocol: mmrec\n');
    const out = join(folder, 'layered');
    await train('--config', config, '--set', 'learningRate=0.5', '--epochs', '1', '--out', out);
    expect(readJson(out, 'config.json')).toMatchObject({
      preset: { name: 'toy' },
      protocol: 'mmrec',
      modelOptions: { embeddingSize: 8, numLayers: 1 },
      trainingOptions: { epochs: 1, learningRate: 0.5 },
    });
  });

  it('refuses other data before anything is written, unless told to take it', async () => {
    const out = join(folder, 'other');
    const refused = await train('--preset', 'tiktok', '--out', out);
    const found = `60 users instead of 9,308, 40 items instead of 6,710, ${toy.dataset.interactions} interactions instead of 68,722`;
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr: `mmrec: train: --preset tiktok is for TikTok, as preprocessed for MMSSL: ${data} has ${found}. To use its hyper-parameters on other data, add --any-dataset.\n`,
    });
    expect(() => readJson(out, 'config.json')).toThrow('ENOENT');
    const taken = await train('--preset', 'tiktok', '--any-dataset', '--epochs', '1', '--out', out);
    expect(taken.code).toBe(0);
    expect(taken.stderr).toContain(`preset tiktok: hyper-parameters only, ${data} has ${found}`);
    expect(readJson(out, 'config.json')).toMatchObject({
      preset: { name: 'tiktok', anyDataset: true },
    });
  });

  it('says when the labels are those of the other protocol', async () => {
    const { dataset } = readJson(folder, 'preset', 'config.json') as {
      dataset: { train: number; validation: number; test: number };
    };
    const { train: training, validation, test } = dataset;
    toy.dataset.splits = { mmrec: { train: training, validation, test } };
    const { stderr } = await train(
      ...['--preset', 'toy', '--epochs', '1', '--out', join(folder, 'split')],
    );
    toy.dataset.splits = {};
    expect(stderr).toContain(
      `${data} is split by protocol mmrec, and judged by lattice: figures published under either don't compare. Judge it with --protocol mmrec.`,
    );
  });

  it('says what is wrong with a preset, and which there are', async () => {
    const wrong = [
      [
        ['--preset', 'toi'],
        "train: unknown preset 'toi' for lightgcn. Did you mean 'toy'? Presets: baby, sports, electronics, tiktok, allrecipes, toy.",
      ],
      [['--any-dataset'], 'train: --any-dataset must come with --preset, got none.'],
    ] as const;
    for (const [args, message] of wrong) {
      expect(await train(...args)).toEqual({ code: 2, stdout: '', stderr: `mmrec: ${message}\n` });
    }
    const { stdout } = await mmrec('train', 'lightgcn', '--help');
    expect(stdout).toMatch(/^ {2}toy +Toy shop, protocol lattice \(the authors' best\)$/m);
    expect(stdout).toMatch(/^ +epochs=2 learningRate=0.01 embeddingSize=8 numLayers=2$/m);
  });
});

describe('the presets', () => {
  const all = Object.values(models).flatMap((model) =>
    presetsOf(model).map((preset) => [`${model.name} ${preset.name}`, model, preset] as const),
  );

  it.each(all)('%s has allowed settings, its data set’s name and sources', (_, model, preset) => {
    const settings = resolveSettings(model, presetSettings(preset));
    expect({ ...settings.trainingOptions, ...settings.modelOptions }).toMatchObject(
      presetSettings(preset),
    );
    expect(preset.name).toBe(preset.dataset.name);
    expect(preset.source).not.toBe('');
    const reports: Preset['published'] = [
      ...(preset.published ?? []),
      ...(preset.measured ? [preset.measured] : []),
    ];
    for (const { metrics, source } of reports) {
      expect(source).not.toBe('');
      for (const [name, value] of Object.entries(metrics)) {
        expect(name).toMatch(/^(recall|ndcg|precision)@(10|20)$/);
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1);
      }
    }
  });
});

describe('mmrec reproduce', () => {
  const reproduce = (...args: string[]) =>
    mmrec('reproduce', '--backend', 'wasm', '--out', join(folder, 'table'), ...args);
  const table = (...args: string[]) =>
    reproduce(
      ...['--data', `toy=${data}`, '--datasets', 'toy,baby', '--models', 'lightgcn,bm3'],
      ...args,
    );

  it('runs the table, and prints ours beside what was published', async () => {
    const { code, stdout, stderr } = await table('--seeds', '1,2', '--json');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'skipped: lightgcn, bm3 on baby: no folder: name it with --data baby=DIR\n',
    );
    const { rows, notes, failures } = JSON.parse(stdout) as {
      rows: {
        metric: string;
        ours: { mean: number; standardDeviation: number; seeds: number[] };
        difference?: number;
      }[];
      notes: string[];
      failures: unknown[];
    };
    expect(failures).toEqual([]);
    const tests = [1, 2].map((seed) => {
      const { best } = readJson(folder, 'table', `toy-lightgcn-seed${seed}`, 'metrics.json') as {
        best: { test: Record<string, number> };
      };
      return best.test['recall@20']!;
    });
    const [first, second] = tests as [number, number];
    const [recall, ndcg] = rows;
    expect(recall).toMatchObject({
      model: 'lightgcn',
      dataset: 'toy',
      metric: 'recall@20',
      published: { value: 0.5, protocol: 'lattice', source: 'the toy paper' },
      measured: { value: 0.4, source: 'a run, one seed' },
      protocol: 'lattice',
      ours: { seeds: [1, 2] },
    });
    expect(recall!.ours.mean).toBeCloseTo((first + second) / 2, 12);
    // Of two numbers: their distance over √2.
    expect(recall!.ours.standardDeviation).toBeCloseTo(Math.abs(first - second) / Math.SQRT2, 12);
    expect(recall!.difference).toBeCloseTo((first + second) / 2 - 0.5, 12);
    // The other paper judges by another protocol.
    expect(ndcg).toMatchObject({ metric: 'ndcg@20', published: { value: 0.25 } });
    expect(ndcg).not.toHaveProperty('difference');
    expect(notes).toContain('published, lightgcn on toy: another paper');
  });

  it('runs only what is missing the second time, and writes the table as CSV', async () => {
    const { code, stdout, stderr } = await table('--seeds', '1,2,3');
    expect(code).toBe(0);
    expect(stderr.match(/^finished before$/gm)).toHaveLength(4);
    expect(stderr.match(/^epoch 2 /gm)).toHaveLength(2);
    expect(stdout).toMatch(
      /^lightgcn +toy +recall@20 +\.5000 +lattice +\.4000 +\.\d{4} +\.\d{4} +3 /m,
    );
    const lines = readFileSync(join(folder, 'table', 'table.csv'), 'utf8').split('\r\n');
    expect(lines[0]).toBe(
      'model,dataset,metric,published,published_protocol,published_source,authors_code_here,authors_code_protocol,authors_code_source,mean,standard_deviation,seeds,protocol,difference',
    );
    expect(lines[1]).toMatch(
      /^lightgcn,toy,recall@20,0\.5,lattice,the toy paper,0\.4,lattice,"a run, one seed",0\.\d+,0\.\d+,1 2 3,lattice,-?0\.\d+$/,
    );
    expect(lines).toHaveLength(1 + 4 + 1);
  });

  it('begins an unfinished run again, and refuses one of other settings', async () => {
    rmSync(join(folder, 'table', 'toy-bm3-seed1', 'metrics.json'));
    const { stderr } = await table('--seeds', '1');
    expect(stderr.match(/^finished before$/gm)).toHaveLength(1);
    expect(readJson(folder, 'table', 'toy-bm3-seed1', 'metrics.json')).toMatchObject({ epochs: 2 });
    const other = await table('--seeds', '1', '--epochs', '1');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(
      `${join(folder, 'table', 'toy-lightgcn-seed1')} holds a run with other settings (epochs 2 instead of 1). Choose another --out, or remove the folder.`,
    );
    expect(other.stderr).not.toContain('[1/');
  });

  it('says what is wrong before anything runs', async () => {
    const wrong: (readonly [string, readonly string[]])[] = [
      [
        'reproduce: --data must name folders of data sets (NAME=DIR), or the folder above them, got none.',
        [],
      ],
      ["reproduce: unknown model 'bm4'. Did you mean 'bm3'?", ['--data', data, '--models', 'bm4']],
      [
        "reproduce: unknown data set 'babi'. Did you mean 'baby'?",
        ['--data', data, '--datasets', 'babi'],
      ],
      ["reproduce: unknown data set 'tey'. Did you mean 'toy'?", ['--data', `tey=${data}`]],
      ['reproduce: --data no-such must exist, got nothing.', ['--data', 'no-such']],
      [
        'reproduce: --data toy=no-such: no-such must exist, got nothing.',
        ['--data', 'toy=no-such'],
      ],
      [
        `reproduce: --data ${join(folder, 'table')} must be or hold a folder called by its data set`,
        ['--data', join(folder, 'table')],
      ],
      ["--seeds must be an integer ≥ 0, got 'x'.", ['--data', data, '--seeds', '1,x']],
      [
        `reproduce: nothing to run: lgmrec on clothing: ${data} has 60 users instead of 39,387, 40 items instead of 23,033, ${toy.dataset.interactions} interactions instead of 278,677.`,
        ['--data', `clothing=${data}`, '--datasets', 'clothing', '--models', 'lgmrec'],
      ],
    ];
    for (const [message, args] of wrong) {
      const { code, stdout, stderr } = await reproduce(...args);
      expect(stderr).toContain(message);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    }
  });
});
