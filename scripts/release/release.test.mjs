import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../tools.mjs';
import { unsupportedEngines } from './check-installed.mjs';
import { checkFiles, checkImports, checkManifest } from './check-tarball.mjs';
import { inspectPacked } from './inspect-packed.mjs';
import { measureImport } from './measure-code.mjs';
import { packPackage } from './pack-packages.mjs';
import { publishablePackages } from './publishable-packages.mjs';
import { readInstallCommand } from './read-install-command.mjs';
import { readTarball } from './read-tarball.mjs';
import { outcomeTable, runCheck } from './run-check.mjs';
import { serveRegistry } from './serve-registry.mjs';
import { budgetsFor, checkSizes, readBudgets } from './size-budgets.mjs';

let folder;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'release-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = {
  name: '@mmrec/thing',
  version: '0.1.0',
  description: 'A thing.',
  license: 'Apache-2.0',
  keywords: ['thing'],
  type: 'module',
  sideEffects: false,
  files: ['dist'],
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public' },
  exports: {
    '.': {
      '@mmrec/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    './package.json': './package.json',
  },
  dependencies: { '@mmrec/core': '^0.1.0' },
  peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' },
};
/** A tarball's files: what a package needs, changed. */
const filesOf = (changes = {}) =>
  new Map(
    Object.entries({
      'package.json': JSON.stringify(manifest),
      'README.md': '# Thing',
      LICENSE: 'Apache',
      'dist/index.js': 'export {}',
      'dist/index.d.ts': 'export {}',
      ...changes,
    })
      .filter(([, text]) => text !== undefined)
      .map(([path, text]) => [path, Buffer.from(text)]),
  );

describe('checkFiles', () => {
  it('accepts code, types, source maps, a change log and nothing more', () => {
    const files = filesOf({ 'dist/index.js.map': '{}', 'CHANGELOG.md': '# 0.1.0' });
    expect(checkFiles(files, '/build/here')).toEqual([]);
  });

  it.each([
    [{ LICENSE: undefined }, 'lacks LICENSE'],
    [{ 'README.md': undefined }, 'lacks README.md'],
    [{ 'dist/index.d.ts': undefined }, 'lacks dist/index.d.ts'],
    [{ 'src/index.ts': '' }, "holds src/index.ts, which isn't meant to be published"],
    [{ 'dist/a.test.js': '' }, "holds dist/a.test.js, which isn't meant to be published"],
    [{ '.env': '' }, "holds .env, which isn't meant to be published"],
    [
      { 'dist/index.js.map': '{"sources":["/build/here/src/index.ts"]}' },
      'dist/index.js.map names the folder that it was built in',
    ],
    [
      { 'package.json': JSON.stringify({ ...manifest, bin: { thing: './bin/thing.js' } }) },
      'lacks bin/thing.js',
    ],
    [
      {
        'package.json': JSON.stringify({
          ...manifest,
          exports: { '.': { browser: { default: './dist/page.js' }, default: './dist/index.js' } },
        }),
      },
      'lacks dist/page.js',
    ],
  ])('finds what is wrong with %j', (change, problem) => {
    expect(checkFiles(filesOf(change), '/build/here')).toEqual([problem]);
  });
});

describe('checkManifest', () => {
  it('accepts a complete one', () => expect(checkManifest(manifest)).toEqual([]));

  it.each([
    [{ license: 'MIT' }, 'license must be Apache-2.0, got "MIT"'],
    [{ keywords: [] }, 'keywords must be a list of words, got []'],
    [{ sideEffects: undefined }, 'sideEffects must be false, got undefined'],
    [{ engines: { node: '>=18' } }, 'engines must be { node: ">=20.19" }, got {"node":">=18"}'],
    [
      { dependencies: { '@mmrec/core': 'workspace:^' } },
      'dependencies must name versions, got @mmrec/core@workspace:^',
    ],
    [
      { scripts: { postinstall: 'node fetch.js' } },
      'must not run a script when it is installed, got postinstall',
    ],
  ])('refuses %j', (change, problem) => {
    expect(checkManifest({ ...manifest, ...change })).toEqual([problem]);
  });
});

it('checkImports names what is imported and not declared, once', () => {
  const imports = ['@mmrec/core', '@tensorflow/tfjs-core', 'yaml', 'yaml/deep', '@mmrec/graph'];
  expect(checkImports(manifest, imports)).toEqual([
    "imports yaml, which its package.json doesn't declare",
    "imports @mmrec/graph, which its package.json doesn't declare",
  ]);
});

describe('checkSizes', () => {
  const sizes = {
    packages: { '@mmrec/thing': { packed: 12_340, code: 4_000 } },
    imports: { '@mmrec/thing#a': 990 },
  };

  it('accepts what the budgets were made from', () => {
    expect(budgetsFor(sizes)).toEqual({
      packages: { '@mmrec/thing': { packed: 13_600, code: 4_400 } },
      imports: { '@mmrec/thing#a': 1_100 },
    });
    expect(checkSizes(sizes, budgetsFor(sizes))).toEqual([]);
  });

  it('names package, size and budget', () => {
    const budgets = {
      packages: { '@mmrec/thing': { packed: 12_339, code: 4_000 } },
      imports: { '@mmrec/thing#a': 900 },
    };
    expect(checkSizes(sizes, budgets)).toEqual([
      '@mmrec/thing: packed size must be at most 12.3 kB, got 12.3 kB',
      '@mmrec/thing#a: bundled size must be at most 0.9 kB, got 1.0 kB',
    ]);
    expect(checkSizes(sizes, { packages: {}, imports: {} })).toHaveLength(3);
  });
});

describe('readTarball', () => {
  const pack = (setting) => {
    const source = join(folder, 'source', 'package');
    const long = join('dist', 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(join(source, long), { recursive: true });
    writeFileSync(join(source, 'README.md'), '# Read');
    writeFileSync(join(source, long, 'c.js'), 'x'.repeat(1000));
    const file = join(folder, 'a.tgz');
    const args = ['--format', setting, '-czf', file, 'package/README.md'];
    const { status } = spawnSync('tar', [...args, join('package', long, 'c.js')], {
      cwd: join(folder, 'source'),
    });
    expect(status).toBe(0);
    return readTarball(readFileSync(file));
  };

  it.each(['ustar', 'pax'])('reads files with long names in the format %s', (format) => {
    const files = pack(format);
    const long = `dist/${'a'.repeat(60)}/${'b'.repeat(60)}/c.js`;
    expect([...files.keys()]).toEqual(['README.md', long]);
    expect(files.get('README.md').toString()).toBe('# Read');
    expect(files.get(long)).toHaveLength(1000);
  });

  it('refuses what is no file of the package', () => {
    const header = Buffer.alloc(1024);
    header.write('elsewhere');
    header.write('00000000000', 124);
    header.write('0', 156);
    expect(() => readTarball(gzipSync(header))).toThrow(
      "readTarball: entries must be files in 'package', got 'elsewhere' of type 0.",
    );
  });
});

it('readInstallCommand finds the packages of the first command', () => {
  const readme =
    'Text\n\n```sh\nnpm install @mmrec/bm3  sharp\nnode index.mjs\n```\nnpm install no\n';
  expect(readInstallCommand(readme)).toEqual(['@mmrec/bm3', 'sharp']);
  expect(readInstallCommand('# Nothing')).toEqual([]);
});

describe('runCheck and outcomeTable', () => {
  it('take an error for a failure, and set versions side by side', async () => {
    const good = await runCheck({ name: 'a', run: () => Promise.resolve([]) });
    const bad = await runCheck({ name: 'b', run: () => Promise.reject(new Error('gone')) });
    expect(bad.problems).toEqual(['gone']);
    const columns = [
      { version: '20.19.6', outcomes: [{ ...good, seconds: 3.2 }, bad] },
      { version: '22.1.0', outcomes: [{ ...good, seconds: 1 }] },
    ];
    expect(outcomeTable(columns)).toEqual({
      heading: ['check', '20.19.6', '22.1.0'],
      rows: [
        ['a', '3 s', '1 s'],
        ['b', 'FAILED', 'not run'],
      ],
    });
  });
});

describe('the smallest packages, packed', () => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const chosen = publishablePackages(root).filter(({ name }) =>
    ['@mmrec/core', '@mmrec/losses'].includes(name),
  );
  const packed = [];
  beforeAll(async () => {
    for (const source of chosen)
      packed.push(await packPackage(source, { into: folder, packageManager }));
  });

  it('hold what they should, within their budgets', async () => {
    expect(packed.map(({ name }) => name)).toEqual(['@mmrec/core', '@mmrec/losses']);
    const sizes = { packages: {}, imports: {} };
    for (const one of packed) {
      const { sizes: measured, problems } = await inspectPacked(one, root);
      expect(problems).toEqual([]);
      sizes.packages[one.name] = measured;
    }
    expect(checkSizes(sizes, readBudgets())).toEqual([]);
    expect(packed[1].manifest.dependencies['@mmrec/core']).toBe(`^${packed[0].version}`);
  });

  it('are served as a registry serves them', async () => {
    const registry = await serveRegistry(packed);
    try {
      const about = await (await fetch(`${registry.url}@mmrec%2flosses`)).json();
      const { version } = packed[1];
      expect(about['dist-tags'].latest).toBe(version);
      const { dist, dependencies } = about.versions[version];
      expect(Object.keys(dependencies)).toContain('@mmrec/core');
      const tarball = Buffer.from(await (await fetch(dist.tarball)).arrayBuffer());
      expect(tarball.equals(packed[1].bytes)).toBe(true);
      expect((await fetch(`${registry.url}@mmrec%2fnothing`)).status).toBe(404);
    } finally {
      await registry.close();
    }
  });

  it('an import costs what it reaches, and no more', async () => {
    const budget = readBudgets().imports['@mmrec/losses#bprLoss'];
    const size = await measureImport("export { bprLoss } from '@mmrec/losses'", root);
    expect(size).toBeLessThanOrEqual(budget);
    const all = await measureImport("export * from '@mmrec/losses'", root);
    expect(all).toBeGreaterThan(size);
  });
});

it('every package has a budget, and the TypeScript consumer uses it', () => {
  const names = publishablePackages(root).map(({ name }) => name);
  expect(Object.keys(readBudgets().packages)).toEqual(names);
  const consumer = readFileSync(join(root, 'consumers', 'typescript', 'index.ts'), 'utf8');
  expect(names.filter((name) => !consumer.includes(`from '${name}'`))).toEqual([]);
});

describe('unsupportedEngines', () => {
  it('names packages that want a newer Node.js, but those that are known to run', () => {
    const warning = (name) =>
      [
        'npm warn EBADENGINE Unsupported engine {',
        `npm warn EBADENGINE   package: '${name}',`,
        "npm warn EBADENGINE   required: { node: '>=22' },",
        'npm warn EBADENGINE }',
      ].join('\n');
    const stderr = [warning('cookie@2.0.2'), warning('@scope/thing@1.0.0')].join('\n');
    expect(unsupportedEngines(stderr)).toEqual([
      "npm warn EBADENGINE   package: '@scope/thing@1.0.0': it doesn't support this Node.js",
    ]);
    expect(unsupportedEngines('added 3 packages')).toEqual([]);
  });
});
