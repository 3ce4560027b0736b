import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '@mmrec/features';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

const quick = [
  ...['--set', 'epochs=2', '--set', 'width=16', '--set', 'expansion=1', '--set', 'batchSize=16'],
  ...['--set', 'codebookSize=8', '--backend', 'wasm'],
];
let data: string;
let out: string;

const pretrain = (...flags: string[]) =>
  mmrec('features', 'pretrain', '--data', data, '--out', out, ...quick, ...flags);

beforeAll(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'mmrec-pretrain-')), 'shop');
  out = join(data, 'out');
  await writeSynth(data, { seed: 1, numUsers: 20, numItems: 30, images: true });
});
beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
});
afterAll(() => rm(join(data, '..'), { recursive: true }));

/** Changes files of the dataset while something runs. */
async function withFiles(change: () => void, run: () => Promise<void>): Promise<void> {
  const kept = ['items.jsonl', 'images/7.png'].map((file) => join(data, file));
  for (const file of kept) copyFileSync(file, `${file}.kept`);
  try {
    change();
    await run();
  } finally {
    for (const file of kept) copyFileSync(`${file}.kept`, file);
  }
}

const replaceItem = (id: number, change: (item: Record<string, unknown>) => unknown) => {
  const file = join(data, 'items.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[id] = JSON.stringify(change(JSON.parse(lines[id]!) as Record<string, unknown>));
  writeFileSync(file, lines.join('\n'));
};

it('writes unified features, where they come from, and how well the encoder predicts', async () => {
  const { code, stdout, stderr } = await pretrain('--json');
  expect(stderr).toContain('epoch 2/2');
  expect(code).toBe(0);
  const { shape, data: numbers } = await readNpy(join(out, 'unified_feat.npy'));
  expect(shape).toEqual([30, 16]);
  expect(numbers.every((value) => Number.isFinite(value))).toBe(true);
  const provenance = JSON.parse(stdout) as Record<string, unknown>;
  expect(JSON.parse(readFileSync(join(out, 'unified_feat.json'), 'utf8'))).toEqual(provenance);
  expect(provenance).toMatchObject({
    encoder: 'alignrec',
    seed: 1,
    items: { all: 30, learnedFrom: 24, validation: 3, heldOut: 3, withoutImage: 0, withoutText: 0 },
    tokenizer: 'trained',
    options: { epochs: 2, width: 16 },
    shape: [30, 16],
  });
  expect(existsSync(join(out, 'encoder/tokenizer.json'))).toBe(true);

  const again = await pretrain();
  expect(again.code).toBe(1);
  expect(again.stderr).toContain(
    `pretrainFeatures: ${join(out, 'encoder/checkpoint')} is there already. Go on from it with --resume, replace it with --force, or choose another --out.`,
  );
  // Nothing is left to train: the same features come out.
  const resumed = await pretrain('--resume');
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).not.toContain('epoch');
  expect((await readNpy(join(out, 'unified_feat.npy'))).data).toEqual(numbers);
  // Other settings are another encoder.
  const other = await pretrain('--resume', '--set', 'learningRate=0.1');
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('learningRate 0.003 there, 0.1 here');
  expect((await pretrain('--force')).code).toBe(0);
  expect((await readNpy(join(out, 'unified_feat.npy'))).data).toEqual(numbers);
});

it('takes a tokenizer made elsewhere', async () => {
  await pretrain();
  const tokenizer = join(data, 'tokenizer.json');
  copyFileSync(join(out, 'encoder/tokenizer.json'), tokenizer);
  const before = (await readNpy(join(out, 'unified_feat.npy'))).data;
  const { code, stdout } = await pretrain('--force', '--json', '--tokenizer', tokenizer);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ tokenizer: 'given' });
  expect((await readNpy(join(out, 'unified_feat.npy'))).data).toEqual(before);
});

it('names an image that is damaged and a text that is empty, and touches nothing', async () => {
  await withFiles(
    () => {
      writeFileSync(join(data, 'images/7.png'), 'no picture');
      replaceItem(4, ({ id, image }) => ({ id, image, title: ' ' }));
    },
    async () => {
      const { code, stderr } = await pretrain();
      expect(code).toBe(1);
      expect(stderr).toContain(`${join(data, 'images/7.png')} (item 7) can't be decoded: `);
      expect(stderr).toContain(`${join(data, 'items.jsonl')}:5 (item 4) has an empty text`);
      expect(stderr).toContain(
        "Mend them, or encode these items without what can't be read: --skip-unreadable.",
      );
      expect(existsSync(join(out, 'unified_feat.npy'))).toBe(false);
      const skipped = await pretrain('--skip-unreadable', '--json');
      expect(skipped.code).toBe(0);
      expect(JSON.parse(skipped.stdout)).toMatchObject({
        items: { withoutImage: 1, withoutText: 1 },
        unreadable: [
          expect.stringContaining('item 7') as string,
          expect.stringContaining('item 4') as string,
        ],
      });
    },
  );
});

it('encodes items that have no image or no text', async () => {
  await withFiles(
    () => {
      replaceItem(2, ({ id, image }) => ({ id, image }));
      replaceItem(7, ({ id, title }) => ({ id, title }));
      rmSync(join(data, 'images/7.png'));
    },
    async () => {
      const { code, stdout } = await pretrain('--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ items: { withoutImage: 1, withoutText: 1 } });
    },
  );
});

it.each([
  { flags: ['--size', 'tinny'], message: "--size must be one of tiny, small, base, got 'tinny'." },
  { flags: ['--set', 'epochs=0'], message: 'features pretrain: epochs must be an integer ≥ 1' },
  { flags: ['--set', 'epoch=3'], message: "features pretrain: unknown option 'epoch'." },
  { flags: ['--tokenizer', 'nowhere.json'], message: '--tokenizer nowhere.json must be' },
])('refuses $flags', async ({ flags, message }) => {
  const { code, stderr } = await pretrain(...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
