// Checks every block of the READMEs, of docs, and of the @examples in the sources: programs are run, commands read
// by the command itself, sweeps and JSON by their readers. Some pages are done as a whole, command by command.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parquetExample } from '../../packages/cli/src/export/file-examples.ts';
import { topKQuery } from '../../packages/cli/src/export/pgvector/top-k-query.ts';
import { readSweepSpec } from '../../packages/cli/src/sweep/sweep-spec.ts';
import { checkCommands } from './check-commands.mjs';
import { compare } from './compare.mjs';
import { deadFileLinks } from './file-links.mjs';
import { findBlocks, pages } from './find-blocks.mjs';
import { parseMmrec } from './parse-mmrec.mjs';
import { fileOf, isInOrder, runPage } from './run-page.mjs';
import { toModule } from './to-module.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = findBlocks(root);
const programs = blocks.filter(({ language }) => ['ts', 'js', 'mjs'].includes(language));
/** What is in no block: what programs print, folders, formats of other tools. */
const shown = ['text', 'csv', 'http'];
/** Files and programs that are run with their page. */
const runnable = programs.filter((block) => fileOf(block) === undefined && !isInOrder(block));

/** Pages that a newcomer follows from top to bottom: their commands are run. */
const followed = ['docs/start.md', 'docs/own-data.md', 'docs/features.md', 'docs/serving.md'];

/** Queries that `mmrec export` prints for user 17 of runs/bm3. */
const printedQueries = [
  parquetExample({ folder: join('runs', 'bm3', 'export-parquet'), user: '17', k: 10 }, true),
  topKQuery(
    { users: 'mmrec_users', items: 'mmrec_items', seen: 'mmrec_seen' },
    { user: "'17'", k: 10, withTitles: true, withoutSeen: true },
  ),
].map((query) => query.replaceAll('\\', '/'));

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

  it('has links to files that are there', () => {
    const dead = pages(root).flatMap((file) =>
      deadFileLinks(file, readFileSync(file, 'utf8')).map((href) => `${file}: ${href}`),
    );
    expect(dead).toEqual([]);
  });

  for (const block of blocksOf('sh')) {
    it(`${block.file}:${block.line} has commands that would run`, async () => {
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const known = { scripts: Object.keys(scripts), parse: parseMmrec };
      expect(await checkCommands(block.code, known)).toEqual([]);
    });
  }

  for (const block of blocksOf('yaml')) {
    it(`${block.file}:${block.line} is a sweep`, async () => {
      writeFileSync('sweep.yaml', block.code);
      expect((await readSweepSpec('sweep.yaml')).models.length).toBeGreaterThan(0);
    });
  }

  for (const block of blocksOf('json')) {
    it(`${block.file}:${block.line} is JSON`, () => void JSON.parse(block.code));
  }

  for (const block of blocksOf('sql')) {
    it(`${block.file}:${block.line} is what the command prints, which its tests run`, () => {
      expect(printedQueries).toContain(block.code.trimEnd());
    });
  }

  for (const block of blocksOf('html')) {
    it(`${block.file}:${block.line} has scripts without mistakes of syntax`, () => {
      const scripts = [...block.code.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
      expect(scripts.length).toBeGreaterThan(0);
      for (const [, script] of scripts) expect(syntaxErrors(script)).toEqual([]);
    });
  }

  it('has no block that nothing checks', () => {
    const checked = ['ts', 'js', 'mjs', 'sh', 'yaml', 'json', 'sql', 'html', ...shown];
    const others = blocks.filter(({ language }) => !checked.includes(language));
    expect(others.map(({ file, line, language }) => `${file}:${line}: ${language}`)).toEqual([]);
  });

  it('has files, and programs that need them, only on pages that are followed', () => {
    const others = programs.filter((block) => !runnable.includes(block));
    expect(others.filter(({ file }) => !followed.includes(file))).toEqual([]);
  });

  for (const page of followed) {
    it(`${page} can be followed, command by command`, async () => {
      const own = blocks.filter(({ file }) => file === page);
      const done = await runPage(own, { folder, runProgram: runBlock });
      expect(done.length).toBeGreaterThan(1);
    }, 600_000);
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

function syntaxErrors(script) {
  const { diagnostics } = ts.transpileModule(script, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => messageText);
}

function blocksOf(wanted) {
  return blocks.filter(({ language }) => language === wanted);
}
