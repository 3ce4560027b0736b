import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInstallCommand } from '../scripts/release/read-install-command.mjs';

const examples = fileURLToPath(new URL('.', import.meta.url));
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'example-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What an example prints, run as a reader would run it: on the built packages, here in an empty folder. */
function run(name: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(examples, name, 'index.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The number that a pattern's group finds in a text. */
function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  expect(found, `${String(pattern)} in ${text}`).toBeDefined();
  return Number(found);
}

describe('examples', () => {
  it('in-memory fits, evaluates and recommends things of the user’s taste', () => {
    const output = run('in-memory');
    expect(numberIn(output, /test recall@10 ([\d.]+)/)).toBeGreaterThan(0.2);
    const recommended = [...output.matchAll(/^ {2}(\w+) thing \d+/gm)].map(([, taste]) => taste);
    expect(recommended).toHaveLength(5);
    expect(recommended.filter((taste) => taste === 'woollen').length).toBeGreaterThanOrEqual(4);
  });

  it('info-nce-in-another-model teaches two towers to match', () => {
    const output = run('info-nce-in-another-model');
    expect(numberIn(output, /before: +(\d+) %/)).toBeLessThan(10);
    expect(numberIn(output, /after: +(\d+) %/)).toBeGreaterThan(80);
  });

  it('compose-a-model gains by making items from their features', () => {
    const output = run('compose-a-model');
    const ids = numberIn(output, /LightGCN, ids: test recall@20 ([\d.]+)/);
    expect(numberIn(output, /LightGCN, features: test recall@20 ([\d.]+)/)).toBeGreaterThan(
      1.15 * ids,
    );
  });

  it('quickstart compares BM3 with simpler rankings and recommends titles to three users', () => {
    const output = run('quickstart', '--epochs', '20');
    const recall = (name: string) =>
      numberIn(output, new RegExp(`^${name}.* ([\\d.]+) +[\\d.]+ +[\\d.]+$`, 'm'));
    expect(recall('BM3')).toBeGreaterThan(2 * recall('most popular'));
    expect(recall('most popular')).toBeGreaterThan(2 * recall('random'));
    expect(output.match(/^User \d+ bought/gm)).toHaveLength(3);
    expect(output.match(/^ +\d+ {2}-?[\d.]+ {2}\w.*, \w/gm)).toHaveLength(30);
  });

  it('own-csv beats the best-sellers and recommends products by their own ids', () => {
    const output = run('own-csv');
    const best = numberIn(output, /best-sellers ([\d.]+)/);
    expect(numberIn(output, /VBPR ([\d.]+)/)).toBeGreaterThan(2 * best);
    const skus = [...output.matchAll(/^ {2}(\w{3}-\d{3}) {2}-?[\d.]+ {2}\S/gm)].map(
      ([, sku]) => sku!,
    );
    expect(skus).toHaveLength(5);
    // The customer's purchases are garden things in the main.
    expect(skus.filter((sku) => sku.startsWith('GDN')).length).toBeGreaterThanOrEqual(4);
    const bought = readFileSync(join(examples, 'own-csv', 'purchases.csv'), 'utf8');
    for (const sku of skus) expect(bought).not.toContain(`,C017,${sku}\n`);
  });

  it('extract-features finds what looks and what reads alike', () => {
    const output = run('extract-features');
    expect(output).toContain(
      'visual: image_feat.npy, 256 columns by histogram; items without: candle',
    );
    expect(output).toContain(
      'textual: text_feat.npy, 128 columns by tfidf; items without: green rug',
    );
    const like = (modality: string) =>
      new RegExp(`^${modality}, most like blue mug: (.*)$`, 'm').exec(output)?.[1]?.split(', ');
    expect(like('visual')?.every((name) => /blue|mug/.test(name))).toBe(true);
    expect(like('textual')?.slice(0, 2).sort()).toEqual(['green mug', 'orange mug']);
    expect(output).toContain('again, with a new item: 9 of 11 pictures known');
  });

  it('sweep trains every configuration, and only reads them when it is run again', () => {
    const output = run('sweep');
    expect(output.match(/^\*? +(lightgcn|vbpr) /gm)).toHaveLength(4);
    const command = /^ {2}mmrec train (lightgcn|vbpr) .* --set \w+=[\d.]+ --set \w+=[\d.]+$/m;
    expect(output).toMatch(command);
    const trials = join(folder, 'runs', 'sweep', 'trials');
    expect(readdirSync(trials)).toHaveLength(8);
    const table = (text: string) => text.split('\n').filter((line) => /^\*? +\w+ .* 2 /.test(line));
    expect(table(output)).toHaveLength(4);
    // With the seconds that the first training took.
    expect(table(run('sweep'))).toEqual(table(output));
  });

  it('serve answers for known and new users, similar items and why, and ends', () => {
    const output = run('serve');
    const places = (heading: string) => {
      const [, list = ''] = new RegExp(`^${heading}.*:\\n((?: .*\\n)+)`, 'm').exec(output) ?? [];
      return [...list.matchAll(/^ +(\d+) {2}-?[\d.]+ {2}\w.*, \w/gm)].map(([, item]) => item!);
    };
    const [known, added] = [places('user 17, trained'), places('a new user with.*, fold-in')];
    expect([known.length, added.length, places('like ').length]).toEqual([3, 3, 3]);
    expect(added).not.toEqual(known);
    // The reasons are items that the user had: they aren't recommended again.
    const reasons = places('why ');
    expect(reasons).toHaveLength(2);
    expect(reasons.filter((item) => known.includes(item))).toEqual([]);
    expect(output).toContain("nobody: recommend: no user 'nobody' in the run.");
  });
});

describe('README', () => {
  const names = readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(names)('of %s says what to install and what is printed', (name) => {
    const folder = join(examples, name);
    expect(existsSync(join(folder, 'README.md'))).toBe(true);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<
      Record<'dependencies' | 'optionalDependencies', Record<string, string>>
    >;
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(readInstallCommand(readme)).toEqual(needed);
    expect(readme).toMatch(/^```text\n[^`]+^```$/m);
  });
});
