import { mkdtempSync, rmSync } from 'node:fs';
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
import { main } from './main.js';
import { writeSynth } from './synth.js';

// The whole chain on the demonstration catalogue: pictures and words, features of the encoders that work without a
// model hub, models, recommendations. Run by `pnpm test:soak`: some minutes.

let folder: string;
let data: string;

async function run(...args: string[]): Promise<string> {
  let printed = '';
  const stdout = { write: (text: string) => Boolean((printed += text)) };
  const code = await main(args, { stdout, stderr: { write: () => true } });
  expect(code, args.join(' ')).toBe(0);
  return printed;
}

/** Each user's test recall@20 of VBPR on some modalities, its epoch chosen on validation, test looked at once. */
async function testRecalls(modalities: readonly string[]): Promise<Float32Array> {
  const { dataset, features } = await loadData(data, { needsFeatures: true, modalities });
  const { train, validation, test } = dataset;
  const rng = createRng(1);
  const model = createVbpr({ interactions: train, features, rng: rng.fork('model') });
  const options = {
    epochs: 60,
    batchSize: 2048,
    learningRate: 0.001,
    evaluateEvery: 1,
    patience: 60,
  };
  await fit(model, { train, validation, rng: rng.fork('fit'), options });
  const embeddings = model.embed();
  const { perUser } = await evaluate(embeddings, { train, heldOut: test });
  tf.dispose([embeddings.users, embeddings.items]);
  model.dispose();
  return perUser['recall@20']!;
}

const mean = (values: Float32Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.skipIf(!process.env['MMREC_SOAK'])('the demonstration catalogue', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mmrec-extraction-'));
    data = join(folder, 'shop');
    await writeSynth(data, { seed: 1, images: true });
    await useBackend('wasm');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['tfidf', 'energetic'])(
    'is recommended from better by pictures and words (%s) together than by either, significantly',
    async (text) => {
      const flags = ['--text', text, '--image', 'histogram', '--force'];
      await run('features', 'extract', '--data', data, ...flags);
      const visual = await testRecalls(['visual']);
      const textual = await testRecalls(['textual']);
      const both = await testRecalls(['visual', 'textual']);
      const figures = [visual, textual, both].map((values) => mean(values).toFixed(4));
      process.stderr.write(`recall@20 by pictures, words (${text}), both: ${figures.join(', ')}\n`);
      for (const one of [visual, textual]) {
        const { meanDifference, pValue } = pairedTTest(both, one);
        process.stderr.write(
          `both beats one by ${meanDifference.toFixed(4)}, p = ${pValue.toExponential(1)}\n`,
        );
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
