import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What an example prints, run as a reader would run it: on the built packages. */
function run(name: string): string {
  const program = fileURLToPath(new URL(`${name}/index.mjs`, import.meta.url));
  return execFileSync(process.execPath, [program], { encoding: 'utf8' });
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
});
