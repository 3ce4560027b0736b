import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mmrec/core';
import { pairedTTest } from '@mmrec/metrics';
import { useBackend } from '@mmrec/ops';
import { evaluate, fit } from '@mmrec/train';
import { createVbpr } from '@mmrec/vbpr';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadData } from './load-data.js';
import { mmrec } from './run-main.js';
import { writeSynth } from './synth.js';

// The whole chain on the demonstration catalogue: pictures and words, features of the encoders that work without a
// model hub, principal components of them, models, recommendations. Settings were chosen on validation, of the catalogue
// of seed 1; the others confirm them. Run by `pnpm test:soak`: some minutes.

let folder: string;
/** The catalogue of seed 1. */
let data: string;

async function run(...args: string[]): Promise<string> {
  const { code, stdout } = await mmrec(...args);
  expect(code, args.join(' ')).toBe(0);
  return stdout;
}

/** Each user's test recall@20 of VBPR on some modalities, its epoch chosen on validation, test looked at once. */
async function testRecalls(
  catalogue: string,
  modalities: readonly string[],
): Promise<Float32Array> {
  const { dataset, features } = await loadData(catalogue, { needsFeatures: true, modalities });
  const { train, validation, test } = dataset;
  const rng = createRng(1);
  const model = createVbpr({ interactions: train, features, rng: rng.fork('model') });
  const options = {
    ...{ epochs: 160, batchSize: 2048, learningRate: 0.002 },
    ...{ evaluateEvery: 4, patience: 6 },
  };
  await fit(model, { train, validation, rng: rng.fork('fit'), options });
  const embeddings = model.embed();
  const { perUser } = await evaluate(embeddings, { train, heldOut: test });
  tf.dispose([embeddings.users, embeddings.items]);
  model.dispose();
  return perUser['recall@20']!;
}

/** Figures for the documentation. */
const report = (line: string) => process.stderr.write(`${line}\n`);

const mean = (values: Float32Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.skipIf(!process.env['MMREC_SOAK'])('the demonstration catalogue', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mmrec-extraction-'));
    data = join(folder, 'shop-1');
    await writeSynth(data, { seed: 1, images: true });
    await useBackend('wasm');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['tfidf', 1],
    ['energetic', 1],
    ['tfidf', 2],
    ['tfidf', 3],
  ])(
    'is recommended from better by pictures and words (%s) together than by either, significantly: seed %i',
    async (text, seed) => {
      const data = join(folder, `shop-${seed}`);
      if (!existsSync(data)) await writeSynth(data, { seed, images: true });
      const flags = ['--text', text, '--image', 'histogram', '--force'];
      await run('features', 'extract', '--data', data, ...flags);
      for (const name of ['image_feat.npy', 'text_feat.npy']) {
        const file = join(data, name);
        await run('features', 'reduce', file, file, '--components', '32', '--force');
        await run('features', 'convert', file, file, '--scale', 'l2', '--force');
      }
      const visual = await testRecalls(data, ['visual']);
      const textual = await testRecalls(data, ['textual']);
      const both = await testRecalls(data, ['visual', 'textual']);
      const figures = [visual, textual, both].map((values) => mean(values).toFixed(4));
      report(`seed ${seed}: recall@20 by pictures, words (${text}), both: ${figures.join(', ')}`);
      for (const one of [visual, textual]) {
        const { meanDifference, pValue } = pairedTTest(both, one);
        report(`both beats one by ${meanDifference.toFixed(4)}, p = ${pValue.toExponential(1)}`);
        expect(meanDifference).toBeGreaterThan(0.02);
        expect(pValue).toBeLessThan(1e-6);
      }
    },
    1_800_000,
  );

  it.each(['bm3', 'mmssl', 'lgmrec', 'alignrec'])(
    'is recommended from by %s on extracted features',
    async (model) => {
      const out = join(folder, `run-${model}`);
      await run('train', model, '--data', data, '--out', out, '--epochs', '2');
      const lists = JSON.parse(await run('recommend', out, '--user', '0,1', '--json')) as {
        items: { title: string }[];
      }[];
      expect(lists.map(({ items }) => items.length)).toEqual([10, 10]);
      for (const { items } of lists)
        for (const { title } of items) expect(title).toMatch(/\w+ \w+/);
    },
    1_800_000,
  );
});
