// Runs every TypeScript block of the READMEs, of docs, and of the @examples in the sources.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCommands } from './check-commands.mjs';
import { compare } from './compare.mjs';
import { findBlocks } from './find-blocks.mjs';
import { toModule } from './to-module.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = findBlocks(root);
const runnable = blocks.filter(({ language }) => ['ts', 'typescript', 'js'].includes(language));
const start = process.cwd();
let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctest-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(start);
  rmSync(folder, { recursive: true, force: true });
  delete globalThis.__doctest;
});

describe('documentation', () => {
  it('has blocks to run', () => expect(runnable.length).toBeGreaterThan(10));

  for (const block of runnable) {
    const name = `${block.file}:${block.line}`;
    if (block.flags.includes('no-run')) {
      it(`${name} says why it is not run`, () => expect(block.code).toMatch(/^\/\/ Not run: \S/));
      continue;
    }
    it(name, () => runBlock(block));
  }

  for (const block of blocks.filter(({ language }) => language === 'sh')) {
    it(`${block.file}:${block.line} names existing commands`, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      expect(
        checkCommands(block.code, { scripts: Object.keys(scripts), commands: cliText() }),
      ).toEqual([]);
    });
  }
});

async function runBlock(block) {
  const { expectations } = toModule(block, root);
  const problems = [];
  let compared = 0;
  globalThis.__doctest = (actual, expected, line) => {
    compared++;
    const problem = compare(actual, expected);
    if (problem) problems.push(`${block.file}:${line}: ${problem}`);
  };
  await import(/* @vite-ignore */ `doctest:${block.file}#${block.line}`);
  expect(problems).toEqual([]);
  expect(compared, 'number of `// =>` reached').toBeGreaterThanOrEqual(expectations);
}

/** All sources of the command line, to look for its commands. */
function cliText() {
  const source = join(root, 'packages', 'cli', 'src');
  return readdirSync(source, { recursive: true })
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => readFileSync(join(source, name), 'utf8'))
    .join('\n');
}
