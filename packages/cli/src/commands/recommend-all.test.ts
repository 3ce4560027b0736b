import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { readRecommendations } from '../recommend/recommendation-file.js';
import { writeSynth } from '../synth.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-all-'));
  await writeSynth(at('shop'), { seed: 1, numUsers: 50, numItems: 40 });
  const args = ['train', 'lightgcn', '--data', at('shop'), '--out', at('run'), '--epochs', '2'];
  expect((await mmrec(...args, '--backend', 'wasm')).code).toBe(0);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('writes for every user what mmrec recommend says of one', async () => {
  const out = at('recs/all.parquet');
  const { code, stdout } = await mmrec('recommend', at('run'), '--all', '--out', out, '-k', '5');
  expect(code).toBe(0);
  expect(stdout).toContain(`${out}: 50 users, 5 items each, `);
  const { user, item, rank, score } = await readRecommendations(out);
  expect(user).toHaveLength(250);
  expect(new Set(user).size).toBe(50);

  for (const name of [user[0]!, user[115]!]) {
    const single = await mmrec('recommend', at('run'), '--user', name, '-k', '5', '--json');
    const [{ items }] = JSON.parse(single.stdout) as [{ items: { item: string; score: number }[] }];
    const rows = user.flatMap((other, row) => (other === name ? [row] : []));
    expect(rows.map((row) => item[row])).toEqual(items.map((one) => one.item));
    expect(rows.map((row) => rank[row])).toEqual([1, 2, 3, 4, 5]);
    rows.forEach((row, place) => {
      expect(score[row]).toBeCloseTo(items[place]!.score, 5);
    });
  }
});

it('writes a range of users, and replaces a file only when told to', async () => {
  const out = at('range.parquet');
  const all = ['recommend', at('run'), '--all', '--out', out, '--range', '10-13', '-k', '2'];
  expect((await mmrec(...all)).code).toBe(0);
  expect((await readRecommendations(out)).user).toHaveLength(6);
  const again = await mmrec(...all);
  expect(again).toMatchObject({ code: 1 });
  expect(again.stderr).toContain(`${out} is there already. Replace it with --force.`);
  expect((await mmrec(...all, '--force')).code).toBe(0);
});

it.each([
  [[], 'recommend: --all needs --out, the Parquet file to write.'],
  [['--out', 'x.parquet', '--range', '3-99'], "up to 50, such as 0-50, got '3-99'."],
  [['--out', 'x.parquet', '-k', '0'], "-k must be an integer ≥ 1, got '0'."],
])('refuses %o', async (flags, message) => {
  const { code, stderr } = await mmrec('recommend', at('run'), '--all', ...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(existsSync('x.parquet')).toBe(false);
});
