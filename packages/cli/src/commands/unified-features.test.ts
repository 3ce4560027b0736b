import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-unified-'));
  data = join(folder, 'shop');
  await writeSynth(data, { seed: 1, numUsers: 20, numItems: 24, images: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const train = (out: string, ...flags: string[]) =>
  mmrec(
    ...['train', 'alignrec', '--data', data, '--out', join(folder, out), '--epochs', '1'],
    ...['--backend', 'wasm', '--json', ...flags],
  );

const unified = () => join(data, 'unified_feat.npy');

it('pre-trains the encoder once where images and texts are there', async () => {
  const first = await train('first');
  expect(first.code).toBe(0);
  expect(first.stderr).toContain(
    `unified features: ${unified()} is not there; pre-training the encoder on 24 items' images and texts (size tiny, seed 1)`,
  );
  expect(first.stderr).toContain('epoch 20/20');
  const config = JSON.parse(readFileSync(join(folder, 'first', 'config.json'), 'utf8')) as object;
  expect(config).toMatchObject({ dataset: { modalities: ['visual', 'textual', 'unified'] } });

  const made = readFileSync(unified());
  const second = await train('second', '--seed', '2');
  expect(second.code).toBe(0);
  expect(second.stderr).toContain(`unified features: ${unified()}\n`);
  expect(readFileSync(unified())).toEqual(made);
});

it('goes on with a pre-training that was interrupted, to the same features', async () => {
  await train('first');
  const whole = readFileSync(unified());
  rmSync(unified());
  const again = await train('again');
  expect(again.code).toBe(0);
  expect(again.stderr).not.toContain('epoch 1/20');
  expect(readFileSync(unified())).toEqual(whole);
});

it('joins the modalities where there are no images', async () => {
  rmSync(join(data, 'images'), { recursive: true });
  const { code, stderr } = await train('run');
  expect(code).toBe(0);
  expect(stderr).toContain('unified features: the modalities side by side');
  expect(existsSync(unified())).toBe(false);
});

it('leaves the schedule when modalities are chosen', async () => {
  const { code, stderr } = await train('run', '--modalities', 'visual');
  expect(code).toBe(0);
  expect(stderr).not.toContain('unified features');
});

it('names an image that can’t be decoded, and how to do without it', async () => {
  writeFileSync(join(data, 'images', '7.png'), 'no picture');
  const { code, stderr } = await train('run');
  expect(code).toBe(1);
  expect(stderr).toContain(`${join(data, 'images', '7.png')} (item 7) can't be decoded: `);
  expect(stderr).toContain(
    `This was AlignRec's pre-training: make the features with 'mmrec features pretrain --data ${data}' and its flags, or train on the features that are there with --modalities.`,
  );
  expect(existsSync(join(folder, 'run'))).toBe(false);
});
