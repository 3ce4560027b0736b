import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../compare/compare-groups.js';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

let folder: string;
const at = (name: string) => join(folder, name);

async function train(model: string, seed: number) {
  const out = at(`${model}-${seed}`);
  const flags = ['--epochs', '3', '--set', 'embeddingSize=8', '--backend', 'wasm'];
  const args = ['train', model, '--data', at('shop'), '--out', out, '--seed', `${seed}`, ...flags];
  expect((await mmrec(...args)).code).toBe(0);
  return out;
}

let runs: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-compare-'));
  await writeSynth(at('shop'), { seed: 1, numUsers: 120, numItems: 60 });
  runs = [];
  for (const [model, seed] of [
    ['vbpr', 1],
    ['vbpr', 2],
    ['lightgcn', 1],
  ] as const) {
    runs.push(await train(model, seed));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Printed = Comparison & { users: number; split: string };
const compare = async (...flags: string[]) => {
  const { code, stdout } = await mmrec('compare', ...runs, '--json', ...flags);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Printed;
};

describe('mmrec compare', () => {
  it('averages over seeds what mmrec evaluate says of each run', async () => {
    const { systems, users } = await compare('-k', '5', '--metrics', 'recall');
    const evaluated = [];
    for (const run of runs) {
      const { stdout } = await mmrec('evaluate', run, '-k', '5', '--json');
      evaluated.push(JSON.parse(stdout) as { users: number; metrics: Record<string, number> });
    }
    const [a, b, c] = evaluated.map(({ metrics }) => metrics['recall@5']!);
    expect(systems.map(({ name }) => name)).toEqual(['vbpr', 'lightgcn']);
    expect(systems[0]!.metrics['recall@5']!.mean).toBeCloseTo((a! + b!) / 2, 6);
    expect(systems[0]!.deviation!['recall@5']).toBeCloseTo(Math.abs(a! - b!) / Math.SQRT2, 6);
    expect(systems[1]!.metrics['recall@5']!.mean).toBeCloseTo(c!, 6);
    expect(users).toBe(evaluated[0]!.users);
  });

  it('agrees with itself: differences, groups and means', async () => {
    const { systems, comparisons, byHistory, byPopularity, users } = await compare('--groups', '3');
    const [vbpr, lightgcn] = systems;
    for (const { metric, difference, tTest } of comparisons) {
      const expected = lightgcn!.metrics[metric]!.mean - vbpr!.metrics[metric]!.mean;
      expect(difference.mean).toBeCloseTo(expected, 10);
      expect(tTest.degreesOfFreedom).toBe(users - 1);
    }
    const weighted = byHistory.groups.reduce(
      (sum, { size }, group) => sum + size * byHistory.values['vbpr']![group]!,
      0,
    );
    expect(weighted / users).toBeCloseTo(vbpr!.metrics['recall@20']!.mean, 10);
    expect(byPopularity.groups.length).toBeLessThanOrEqual(3);
    expect(Object.keys(vbpr!.beyondAccuracy)).toContain('diversity');
    expect(lightgcn!.cost).toMatchObject({ epochs: 3, parameters: (120 + 60) * 8 });
  });

  it('prints tables, against a baseline if one is named', async () => {
    const { code, stdout } = await mmrec('compare', ...runs, '--baseline', 'vbpr');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shop, test, \d+ users, protocol mmrec\n/);
    for (const title of ['Accuracy', 'Differences', 'Beyond accuracy', 'recall@20 by', 'Cost']) {
      expect(stdout).toContain(`\n${title}`);
    }
    expect(stdout).toMatch(/recall@20 +lightgcn +vbpr +[+−]\.\d{4} /);
  });

  it.each([
    [['--baseline', 'vbrp'], "--baseline must be one of vbpr, lightgcn, got 'vbrp'. Did you mean"],
    [['--metrics', 'recal'], '--metrics must be one of recall, ndcg, precision, map, mrr, hit'],
    [['-k', '0'], "-k must be an integer ≥ 1, got '0'."],
    [['--split', 'train'], "--split must be one of test, validation, got 'train'."],
  ])('refuses %o', async (flags, message) => {
    const { code, stderr } = await mmrec('compare', ...runs, ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses a single run, and a folder that is none', async () => {
    const single = await mmrec('compare', runs[0]!);
    expect(single).toMatchObject({ code: 2 });
    expect(single.stderr).toContain(`compare: at least two runs are needed, got ${runs[0]!}.`);
    const none = await mmrec('compare', runs[0]!, at('shop'));
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain(`${at('shop')} must be a run folder`);
  });
});
