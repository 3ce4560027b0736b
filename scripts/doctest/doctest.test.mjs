import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { shapeDifference } from './ask-server.mjs';
import { checkCommands } from './check-commands.mjs';
import { compare } from './compare.mjs';
import { blocksOfPage, blocksOfSource } from './find-blocks.mjs';
import { parseMmrec } from './parse-mmrec.mjs';
import { checkPrinted } from './run-page.mjs';
import { toModule } from './to-module.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..', '..');

describe('compare', () => {
  it.each([
    [0.12693, '0.1269'],
    [0.12695, '0.1269'],
    [-2, '-2'],
    [1e-7, '1e-7'],
    [2.0000001, '2'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['a', `'a'`],
    [null, 'null'],
    [undefined, 'undefined'],
    [Float32Array.of(1, 0.5), '[1, 0.50]'],
    [tf.tensor2d([[1, 2]]), '[[1, 2]]'],
    [{ a: [1], b: { c: true } }, '{ a: [1], b: { c: true } }'],
    [{ 'recall@20': 0.25 }, `{ 'recall@20': 0.25 }`],
    [new Map([['a', 1]]), '{ a: 1 }'],
    [new Set([1, 2]), '[1, 2]'],
  ])('accepts %o as %s', (actual, expected) => {
    expect(compare(actual, expected)).toBeUndefined();
  });

  it.each([
    [0.127, '0.1269', 'must be 0.1269, got 0.127'],
    [2.01, '2', 'must be 2, got 2.01'],
    [2, '-2', 'must be -2, got 2'],
    [1, 'true', 'must be true, got 1'],
    ['1', '1', 'must be 1, got "1"'],
    [[1, 2], '[1]', 'must have 1 elements, got 2: [1,2]'],
    [[[1, 3]], '[[1, 2]]', 'must be 2 at [0][1], got 3'],
    [{ a: 1, b: 2 }, '{ a: 1 }', 'must have the keys a, got a, b'],
    [{ a: { b: 2 } }, '{ a: { b: 1 } }', 'must be 1 at a.b, got 2'],
    [undefined, 'null', 'must be null, got undefined'],
    [Promise.resolve(1), '1', 'must be 1, got a Promise (await it)'],
    [1, 'about one', `'about one' is not a value that can be compared`],
    [1, 'f(1)', `'f(1)' is not a value that can be compared`],
  ])('refuses %o as %s', (actual, expected, message) => {
    expect(compare(actual, expected)).toBe(message);
  });
});

describe('blocks', () => {
  it('of a page have a line, a language, flags and code', () => {
    const page =
      'Text\n\n```ts no-run\n// Not run: slow.\nf();\n```\n\n- item\n  ```sh\n  pnpm test\n  ```\n';
    expect(blocksOfPage('README.md', page)).toEqual([
      {
        file: 'README.md',
        line: 4,
        language: 'ts',
        flags: ['no-run'],
        code: '// Not run: slow.\nf();\n',
        isExample: false,
      },
      {
        file: 'README.md',
        line: 10,
        language: 'sh',
        flags: [],
        code: 'pnpm test\n',
        isExample: false,
      },
    ]);
  });

  it('of a source stand in @example', () => {
    const source = [
      'const a = 1;',
      '/**',
      ' * Adds.',
      ' * ```ts',
      ' * ignored()',
      ' * ```',
      ' * @example',
      ' * ```ts',
      ' * add(1, 2) // => 3',
      ' * ```',
      ' */',
    ].join('\n');
    expect(blocksOfSource('a.ts', source)).toEqual([
      {
        file: 'a.ts',
        line: 9,
        language: 'ts',
        flags: [],
        code: 'add(1, 2) // => 3\n',
        isExample: true,
      },
    ]);
  });
});

describe('toModule', () => {
  const block = (code, more = {}) => ({
    file: 'README.md',
    line: 10,
    code,
    isExample: false,
    ...more,
  });
  const lines = (code, more) => toModule(block(code, more), root).code.split('\n').slice(0, -2);

  it('reports expressions, variables and what is logged', () => {
    const code = 'f(1) // => 2\nconst x = g(); // => [1]\nconsole.log(x) // => 3';
    expect(
      lines(code)
        .join('\n')
        .replaceAll(/\s*\/\/.*/g, ''),
    ).toBe(
      '__doctest(f(1), "2", 10);\nconst x = g();\n__doctest(x, "[1]", 11);\n__doctest(x, "3", 12);',
    );
  });

  it('reads the line below, and values over several lines', () => {
    const code = 'f(1);\n// => [\n//   1,\n// ]\ng(); // => 2';
    const { code: output, expectations } = toModule(block(code), root);
    expect(output).toContain('__doctest(f(1), "[ 1, ]", 10);');
    expect(output).toContain('__doctest(g(), "2", 14);');
    expect(expectations).toBe(2);
  });

  it('does not join a line that starts with a bracket to the one before', () => {
    const { code: output } = toModule(block('x.a // => 1\n[...x.b] // => [2]'), root);
    expect(output).toContain('__doctest(x.a, "1", 10);');
    expect(output).toContain('__doctest([...x.b], "[2]", 11);');
  });

  it('refuses what cannot be compared or follows no statement', () => {
    expect(() => lines('f(1) // => about two')).toThrow(
      "README.md:10: can't compare with 'about two'.",
    );
    expect(() => lines('f({\n  a, // => 1\n})')).toThrow(
      "README.md:10: 1 comments say '// =>', 0 follow a statement with a value.",
    );
  });

  it('gives examples their package, what it depends on, and tf; pages nothing', () => {
    const code = 'const rng = createRng(1);\ntf.scalar(1);\njoin(tmpdir(), rng.key);';
    const example = { file: 'packages/core/src/rng.ts', isExample: true };
    const imports = lines(code, example).filter((line) => line.startsWith('import'));
    expect(imports).toEqual([
      `import { createRng } from ${JSON.stringify(join(root, 'packages/core/src/rng.ts').replaceAll('\\', '/'))};`,
      'import { tmpdir } from "node:os";',
      'import { join } from "node:path";',
      'import * as tf from "@tensorflow/tfjs";',
    ]);
    expect(lines(code).filter((line) => line.startsWith('import'))).toEqual([]);
  });
});

describe('checkPrinted', () => {
  const block = { file: 'docs/start.md', line: 7, code: 'user 17\n  1  72  0.49  Rustic can\n' };

  it('accepts an excerpt with other digits and spaces', () => {
    expect(() =>
      checkPrinted(block, 'first\nuser 4\nmore\n 1 8  -1.2e-4 Rustic can\n'),
    ).not.toThrow();
  });

  it.each([
    ['another word', 'user 17\n1 72 0.49 Modern can\n'],
    ['another order', '1 72 0.49 Rustic can\nuser 17\n'],
    ['nothing', ''],
  ])('refuses %s', (_, printed) => {
    expect(() => checkPrinted(block, printed)).toThrow(/^docs\/start\.md:[78]: '.*' is not in/);
  });
});

describe('shapeDifference', () => {
  const shown = { method: 'similar', items: [{ item: 'a', score: 0.5 }] };

  it('accepts other numbers', () => {
    const answer = { method: 'similar', items: [{ item: 'a', score: 1 }] };
    expect(shapeDifference(answer, shown)).toBeUndefined();
  });

  it.each([
    [{ method: 'popular', items: [] }, 'answer.method must be "similar", got "popular"'],
    [{ method: 'similar', items: [] }, 'answer.items must have 0, got []'],
    [{ method: 'similar' }, 'answer must have method, items, got {"method":"similar"}'],
    [
      { method: 'similar', items: [{ item: 'a', score: '1' }] },
      'answer.items.0.score must be a number, got "1"',
    ],
  ])('refuses %j', (answer, message) => {
    expect(shapeDifference(answer, shown)).toBe(message);
  });
});

describe('checkCommands', () => {
  const known = { scripts: ['quickstart', 'mmrec'], parse: parseMmrec };

  it('accepts scripts, commands and pnpm itself', async () => {
    const code = [
      'npx -y pnpm@10.34.8 quickstart',
      'pnpm mmrec train bm3 --data shop   # a comment',
      'mmrec train lgmrec --data shop \\\n  --set dropout=0.2 --preset baby &',
      'npx mmrec recommend run --user "a b" -k 5',
      'pnpm install\nnpm i x\nmmrec train bm3 --help',
    ].join('\n');
    expect(await checkCommands(code, known)).toEqual([]);
  });

  it.each([
    ['npx -y pnpm@10.34.8 quikstart', `package.json has no script 'quikstart'`],
    ['pnpm mmrec trian bm3', `error: unknown command 'trian'`],
    ['mmrec train bm4 --data shop', `unknown model 'bm4'`],
    ['mmrec train bm3 --data shop --epoch 3', `error: unknown option '--epoch'`],
    ['mmrec train bm3 --data shop --set dropout=2', 'bm3: dropout must be a number'],
    ['mmrec train bm3 --data shop --set droput=0.2', `unknown option 'droput'`],
    ['mmrec train bm3 --preset bady --data shop', `'bady'`],
    ['mmrec data synth', `required option '--out <dir>' not specified`],
    ['mmrec recommend', `missing required argument 'run'`],
  ])('says of %s: %s', async (code, message) => {
    const messages = await checkCommands(code, known);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(`'${code}': `);
    expect(messages[0]).toContain(message);
  });
});
