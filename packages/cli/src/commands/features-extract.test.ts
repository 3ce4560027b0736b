import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFeatureTable, readNpy } from '@mmrec/features';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedis } from '../processes/find-redis.js';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

const bin = fileURLToPath(new URL('../../bin/mmrec.js', import.meta.url));
let folder: string;
let data: string;

const extract = (...flags: string[]) =>
  mmrec('features', 'extract', '--data', data, '--text', 'tfidf', '--image', 'histogram', ...flags);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-cli-extract-'));
  data = join(folder, 'shop');
  await writeSynth(data, { seed: 1, numUsers: 40, numItems: 50, images: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('features extract', () => {
  it('asks before it replaces features, then goes from pictures and words to recommendations', async () => {
    const refused = await extract();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      `mmrec: features extract: ${join(data, 'image_feat.npy')} is there already. Replace it with --force, leave it with --image none, or choose another --out.\n`,
    );
    const { code, stdout, stderr } = await extract('--force');
    expect(code).toBe(0);
    expect(stderr).toContain('text: tfidf (built in), 50 items');
    expect(stdout).toMatch(/^visual +histogram +\S+image_feat.npy +50 × 256 +0 +0 +[\d.]+$/m);
    expect(stdout).toMatch(/^textual +tfidf +\S+text_feat.npy +50 × 128 +0 +0 +[\d.]+$/m);
    const manifest = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({
      synthetic: true,
      features: { visual: 256, textual: 128 },
      extraction: { visual: { encoder: 'histogram' }, textual: { encoder: 'tfidf' } },
    });
    const out = join(folder, 'run');
    const flags = ['--data', data, '--out', out, '--epochs', '1', '--backend', 'wasm'];
    expect((await mmrec('train', 'vbpr', ...flags)).code).toBe(0);
    const recommended = await mmrec('recommend', out, '--user', '3', '-k', '2', '--json');
    expect(JSON.parse(recommended.stdout)).toMatchObject([
      { user: '3', items: [{ title: expect.any(String) as string }, {}] },
    ]);
  });

  it('prints what could not be read, and JSON', async () => {
    const out = join(folder, 'elsewhere');
    const file = join(data, 'images/7.png');
    const kept = readFileSync(file);
    writeFileSync(file, 'no picture');
    try {
      const { code, stdout } = await extract('--out', out, '--float16');
      expect(code).toBe(0);
      expect(stdout).toContain('1 could not be read and count as missing:\n  item 7: ');
      const { stdout: json } = await extract('--out', out, '--force', '--json');
      expect(JSON.parse(json)).toMatchObject({
        visual: { missing: [7], failed: [{ id: 7 }], cached: 49, storage: 'float32' },
        textual: { missing: [], encoder: 'tfidf' },
      });
    } finally {
      writeFileSync(file, kept);
    }
  });

  it.each([
    [['--text', 'tfdif'], 2, 'text encoder must be one of auto, none, minilm, energetic, tfidf'],
    [['--pooling', 'max'], 2, "--pooling must be one of mean, cls, got 'max'."],
    [['--batch-size', '0'], 2, "--batch-size must be an integer ≥ 1, got '0'."],
  ])('refuses %j', async (flags, expected, message) => {
    const { code, stderr } = await extract('--out', join(folder, 'new'), ...flags);
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });
});

describe('features convert and reduce', () => {
  it('change format, precision, scale and width', async () => {
    const from = join(data, 'text_feat.npy');
    const half = join(folder, 'half.safetensors');
    const converted = await mmrec('features', 'convert', from, half, '--float16', '--scale', 'l2');
    expect(converted.stdout).toBe(`${half}: 50 × 128, float16, scaled: l2 (from 50 × 128, <f4)\n`);
    const narrow = join(folder, 'narrow.parquet');
    const flags = ['--components', '4', '--whiten'];
    const reduced = await mmrec('features', 'reduce', half, narrow, ...flags);
    expect(reduced.stdout).toMatch(
      /narrow\.parquet: 50 × 4, float32, [\d.]+ % of the variance, whitened \(from 50 × 128, F16\)\n$/,
    );
    const table = await openFeatureTable(narrow);
    const numbers = await table.readBlock(0, 50);
    await table.close();
    const squares = numbers.reduce((sum, value) => sum + value * value, 0);
    expect(squares / 49 / 4).toBeCloseTo(1, 3);
    const again = await mmrec('features', 'reduce', half, narrow, ...flags);
    expect(again.stderr).toBe(
      `mmrec: features reduce: ${narrow} is there already. Choose another name, or replace it with --force.\n`,
    );
  });

  it('change a file in place when told so', async () => {
    const file = join(folder, 'place.npy');
    await mmrec('features', 'convert', join(data, 'text_feat.npy'), file);
    expect((await mmrec('features', 'convert', file, file, '--float16')).code).toBe(1);
    expect((await mmrec('features', 'convert', file, file, '--float16', '--force')).code).toBe(0);
    expect((await readNpy(file)).dtype).toBe('<f2');
  });

  it('say what is wrong', async () => {
    const from = join(data, 'text_feat.npy');
    const wide = await mmrec(
      'features',
      'reduce',
      from,
      join(folder, 'x.npy'),
      '--components',
      '999',
    );
    expect([wide.code, wide.stderr]).toEqual([
      2,
      `mmrec: --components must be at most the ${(await readNpy(from)).shape[1]} columns of ${from}, got 999.\n`,
    ]);
    const ending = await mmrec('features', 'convert', from, join(folder, 'x.csv'));
    expect(ending.stderr).toContain('must end in one of .npy, .safetensors, .parquet.');
  });
});

const redis = await findRedis('the queue of mmrec features extract');

describe.skipIf(!redis)('features extract --queue', () => {
  it('has workers encode shards, and writes what one process writes', async () => {
    const { address, server } = await redis!(folder);
    const startWorker = () => {
      const worker = spawn(
        process.execPath,
        [bin, 'worker', '--queue', address, '--workers', '1'],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      let log = '';
      worker.stderr.on('data', (text: Buffer) => {
        // The first that begins is lost: another takes its shard up.
        log += text.toString();
        if (!lost && log.includes('begins:')) {
          lost = worker;
          worker.kill('SIGKILL');
        }
      });
      return worker;
    };
    let lost: ChildProcess | undefined;
    const workers = [startWorker(), startWorker()];
    try {
      const alone = join(folder, 'alone');
      expect((await extract('--out', alone)).code).toBe(0);
      const together = join(folder, 'together');
      const flags = ['--out', together, '--queue', address, '--shard-size', '20', '--json'];
      const { code, stdout, stderr } = await extract(...flags);
      expect(code, stderr).toBe(0);
      expect(lost).toBeDefined();
      expect(stderr).toMatch(/\[3\/3\] items \d+-\d+\n/);
      // Nothing was left to encode here but what needs all texts at once.
      expect(JSON.parse(stdout)).toMatchObject({ visual: { cached: 50 }, textual: { cached: 0 } });
      for (const file of ['image_feat.npy', 'text_feat.npy'])
        expect(readFileSync(join(together, file)).equals(readFileSync(join(alone, file)))).toBe(
          true,
        );
      expect(existsSync(join(together, '.features-cache', 'shards'))).toBe(false);
      const refused = await extract('--out', together, '--queue', address);
      expect(refused.stderr).toContain('is there already. Replace it with --force');
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      server.kill('SIGKILL');
    }
  });

  it('refuses a range that is none', async () => {
    const { code, stderr } = await extract('--range', '40-60');
    expect(code).toBe(2);
    expect(stderr).toBe(
      "mmrec: --range must be the first item's number and the one after the last, up to 50, such as 0-50, got '40-60'.\n",
    );
  });
});
