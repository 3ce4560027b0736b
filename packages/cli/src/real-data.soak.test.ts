import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realData } from '@mmrec/test-utils';
import { describe, expect, it } from 'vitest';
import { main } from './main.js';

const tiktok = process.env['MMREC_SOAK'] ? realData('tiktok') : undefined;

/** Test recall@20 of a run with the defaults, its epoch chosen on validation. */
async function testRecall(model: string, seed: number): Promise<number> {
  const out = join(await mkdtemp(join(tmpdir(), 'mmrec-soak-')), 'run');
  let stdout = '';
  const flags = ['--data', tiktok!, '--out', out, '--seed', String(seed), '--json'];
  const code = await main(['train', model, ...flags], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: () => true },
  });
  expect(code).toBe(0);
  const { best } = JSON.parse(stdout) as { best: { test: Record<string, number> } };
  return best.test['recall@20']!;
}

// The published PyTorch code reaches .0813 (BM3, given time) and .0851 (LightGCN) in single runs; a gap of
// .005 is within what seeds and sampling move. Run by `pnpm test:soak`: several minutes a run.
describe.skipIf(tiktok === undefined)('TikTok, defaults, mean of seeds 1 to 3', () => {
  it.each([
    ['bm3', 0.076],
    ['lightgcn', 0.08],
  ])(
    '%s reaches a test recall@20 of %f',
    async (model, least) => {
      const recalls = [];
      for (const seed of [1, 2, 3]) recalls.push(await testRecall(model, seed));
      const mean = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
      expect(mean, recalls.join(', ')).toBeGreaterThanOrEqual(least);
    },
    7_200_000,
  );
});
