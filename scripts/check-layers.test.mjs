import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLayers } from './check-layers.mjs';

let root;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'check-layers-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes a package; `sources` are file contents by path, `manifest` what package.json adds. */
function writePackage(name, sources, manifest = {}) {
  const files = {
    'package.json': JSON.stringify({ name: `@mmrec/${name}`, ...manifest }),
    ...sources,
  };
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'packages', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const depending = (...names) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});
const lines = () =>
  checkLayers(root).map(({ file, line, rule, message }) => `${file}:${line}: ${message} (${rule})`);

describe('checkLayers', () => {
  it('accepts imports of lower layers and the three exceptions', () => {
    writePackage(
      'losses',
      { 'src/a.ts': `import { x } from '@mmrec/core';` },
      depending('@mmrec/core'),
    );
    writePackage(
      'features',
      { 'src/a.ts': `import { x } from '@mmrec/graph';` },
      depending('@mmrec/graph'),
    );
    writePackage(
      'ops',
      { 'src/a.ts': `import { x } from '@mmrec/core';` },
      depending('@mmrec/core'),
    );
    writePackage(
      'cli',
      { 'src/a.ts': `import { x } from '@mmrec/serve';` },
      depending('@mmrec/serve'),
    );
    expect(lines()).toEqual([]);
  });

  it('refuses an import of a higher layer, naming file, line, import and rule', () => {
    writePackage(
      'losses',
      { 'src/bad.ts': `const a = 1;\nimport { fit } from '@mmrec/train';` },
      depending('@mmrec/train'),
    );
    expect(lines()).toEqual([
      `packages/losses/src/bad.ts:2: '@mmrec/train': losses (building blocks) may not import train (training) (layers)`,
    ]);
  });

  it('refuses a package of the same layer, in type imports, re-exports and dynamic imports too', () => {
    const texts = [
      `import type { X } from '@mmrec/metrics';`,
      `export { x } from '@mmrec/metrics';`,
      `const x = await import('@mmrec/metrics');`,
      `type X = import('@mmrec/metrics').X;`,
    ];
    writePackage('data', { 'src/bad.ts': texts.join('\n') }, depending('@mmrec/metrics'));
    expect(lines().map((line) => line.split(': ')[0])).toEqual(
      [1, 2, 3, 4].map((n) => `packages/data/src/bad.ts:${n}`),
    );
  });

  it('allows the test helpers in tests only', () => {
    const text = `import { tinyWorld } from '@mmrec/test-utils';`;
    writePackage(
      'bm3',
      { 'src/a.ts': text, 'src/a.test.ts': text },
      { ...depending('@mmrec/test-utils') },
    );
    expect(lines()).toEqual([
      `packages/bm3/src/a.ts:1: '@mmrec/test-utils': only test files may import the test helpers (layers)`,
    ]);
  });

  it('refuses deep imports and relative imports that leave the package', () => {
    writePackage(
      'graph',
      { 'src/a.ts': `import '@mmrec/core/src/rng.js';\nimport '../../core/src/rng.js';` },
      depending('@mmrec/core'),
    );
    expect(lines()).toEqual([
      `packages/graph/src/a.ts:1: '@mmrec/core/src/rng.js': only the entry point '@mmrec/core' may be imported (entry-points)`,
      `packages/graph/src/a.ts:2: '../../core/src/rng.js': relative imports stay inside the package (entry-points)`,
    ]);
  });

  it('refuses what package.json does not declare; development dependencies do for tests', () => {
    const text = `import { y } from 'yaml';`;
    writePackage(
      'train',
      {
        'src/a.ts': text,
        'src/a.test.ts': text,
        'src/b.ts': `import fs from 'fs';\nimport 'node:os';`,
      },
      { devDependencies: { yaml: '*' } },
    );
    expect(lines()).toEqual([
      `packages/train/src/a.ts:1: 'yaml': yaml is not in the dependencies, peerDependencies, optionalDependencies of package.json (declared)`,
      `packages/train/src/b.ts:1: 'fs': write 'node:fs' (node-prefix)`,
    ]);
  });

  it("lets tests, and tests only, use the root's tools", () => {
    writeFileSync(join(root, 'package.json'), JSON.stringify({ devDependencies: { vitest: '*' } }));
    const text = `import { it } from 'vitest';`;
    writePackage('data', { 'src/a.ts': text, 'src/a.test.ts': text, 'bench/a.bench.ts': text });
    expect(lines()).toEqual([
      `packages/data/src/a.ts:1: 'vitest': vitest is not in the dependencies, peerDependencies, optionalDependencies of package.json (declared)`,
    ]);
  });

  it('counts what only tests import as a test', () => {
    const manifest = { devDependencies: { vitest: '*' } };
    const helpers = { 'src/help.ts': `import './more.js';`, 'src/more.ts': `import 'vitest';` };
    const test = { 'src/a.test.ts': `import './help.js';` };
    writePackage('data', { ...helpers, ...test }, manifest);
    expect(lines()).toEqual([]);
    writePackage('data', { ...helpers, ...test, 'src/a.ts': `import './help.js';` }, manifest);
    expect(lines()).toHaveLength(1);
  });

  it('keeps TensorFlow.js out of data and metrics, and its values out of core', () => {
    const manifest = { peerDependencies: { '@tensorflow/tfjs-core': '*' } };
    const typeOnly = `import type { Tensor } from '@tensorflow/tfjs-core';`;
    writePackage('metrics', { 'src/a.ts': typeOnly }, manifest);
    writePackage(
      'core',
      { 'src/a.ts': `${typeOnly}\nimport { add } from '@tensorflow/tfjs-core';` },
      manifest,
    );
    expect(lines()).toEqual([
      `packages/core/src/a.ts:2: '@tensorflow/tfjs-core': core imports TensorFlow.js with 'import type' only (no-tensors)`,
      `packages/metrics/src/a.ts:1: '@tensorflow/tfjs-core': metrics does not import TensorFlow.js (no-tensors)`,
    ]);
  });

  it('reads components in .tsx as well', () => {
    writePackage('cli', {
      'page/app.tsx': `import { View } from './view.js';`,
      'page/view.tsx': `import { x } from 'left-pad';\nimport { App } from './app.js';`,
    });
    expect(lines()).toEqual([
      expect.stringContaining("packages/cli/page/view.tsx:1: 'left-pad': left-pad is not in the"),
      'packages/cli/page/view.tsx:2: import cycle page/app.tsx → page/view.tsx → page/app.tsx (no-cycles)',
    ]);
  });

  it('finds import cycles between files', () => {
    writePackage('core', {
      'src/a.ts': `import './b.js';`,
      'src/b.ts': `\nimport './c.js';`,
      'src/c.ts': `export * from './a.js';`,
    });
    expect(lines()).toEqual([
      'packages/core/src/c.ts:1: import cycle src/a.ts → src/b.ts → src/c.ts → src/a.ts (no-cycles)',
    ]);
  });

  it('refuses a package that is in no layer', () => {
    writePackage('misc', { 'src/a.ts': '' });
    expect(lines()).toEqual([
      'packages/misc/package.json:1: misc is in no layer; add it to scripts/check-layers.mjs (layers)',
    ]);
  });
});

it('exits with 1 and the violations on stderr', () => {
  writePackage('core', { 'src/a.ts': `import { x } from '@mmrec/ops';` }, depending('@mmrec/ops'));
  const script = fileURLToPath(new URL('./check-layers.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr.split('\n')).toEqual([
    `packages/core/src/a.ts:1: '@mmrec/ops': core (ground) may not import ops (ground) (layers)`,
    'check-layers: 1 imports break the rules.',
    '',
  ]);
});
