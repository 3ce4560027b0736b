import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What an example prints, run as a reader would run it: on the built packages. */
function run(name: string, ...args: string[]): string {
  const program = fileURLToPath(new URL(`${name}/index.mjs`, import.meta.url));
  return execFileSync(process.execPath, [program, ...args], {
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
});
