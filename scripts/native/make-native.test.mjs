import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { root } from '../tools.mjs';
import { addonFolder, checkAddon } from './addon.mjs';
import { fromOwnInstall } from './from-own-install.mjs';
import { fromWheel } from './from-wheel.mjs';
import { makeNative } from './make-native.mjs';
import { run } from './run.mjs';

const program = join(root, 'scripts', 'native.mjs');
let beside;
let folder;
let lines;

const log = (line) => lines.push(line);

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Everything below the folder that the package is installed in. */
const filesOf = () =>
  readdirSync(beside, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name).slice(beside.length + 1))
    .sort();

/** A package that is installed without its native library. */
beforeEach(() => {
  lines = [];
  beside = mkdtempSync(join(tmpdir(), 'mmrec-native-'));
  folder = join(beside, '@tensorflow', 'tfjs-node-gpu');
  const binary = { napi_versions: [3, 8, 99] };
  write(join(folder, 'package.json'), JSON.stringify({ main: 'dist/index.js', binary }));
  write(join(folder, 'dist', 'index.js'), `throw new Error('libtensorflow.so.2: not found');`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(beside, { recursive: true, force: true });
});

/** A library that loads when its text says so. */
const check = (packageFolder) => {
  const addon = join(packageFolder, 'lib', 'addon');
  if (!existsSync(addon)) return Promise.resolve({ problem: 'no addon' });
  const text = readFileSync(addon, 'utf8');
  return Promise.resolve(text.startsWith('good') ? { gpu: false } : { problem: 'bad addon' });
};

const build =
  (text) =>
  ({ folder: copy }) => {
    write(join(copy, 'lib', 'addon'), text);
    write(join(copy, 'deps', 'library'), text);
    return Promise.resolve(undefined);
  };
const fail = ({ folder: copy }) => {
  write(join(copy, 'deps', 'half'), '');
  return Promise.resolve('no network');
};
const make = (options) => makeNative({ folder, check, log, ...options });

describe('makeNative', () => {
  it('does nothing when the back end is available', async () => {
    await build('good')({ folder });
    const before = filesOf();
    expect(await make({ routes: [fail] })).toBe(true);
    expect(lines).toEqual(['the tensorflow back end is available, on the CPU']);
    expect(filesOf()).toEqual(before);
  });

  it('takes the first way that gives a library which loads', async () => {
    const other = vi.fn();
    expect(await make({ routes: [fail, build('bad'), build('good'), other] })).toBe(true);
    expect(lines).toEqual([
      'the tensorflow back end is not available: no addon',
      'no network',
      'bad addon',
      'the tensorflow back end is available now, on the CPU',
    ]);
    expect(other).not.toHaveBeenCalled();
    expect(await check(folder)).toEqual({ gpu: false });
    expect(filesOf()).not.toContain(join('@tensorflow', 'tfjs-node-gpu', 'deps', 'half'));
    expect(readdirSync(beside)).toEqual(['@tensorflow']);
  });

  it.each([
    ['fails', fail],
    ['gives a library that does not load', build('bad')],
    ['throws', () => Promise.reject(new Error('disk full'))],
  ])('leaves nothing behind when a way %s', async (_, route) => {
    const before = filesOf();
    expect(await make({ routes: [route] }).catch(({ message }) => message)).toBeOneOf([
      false,
      'disk full',
    ]);
    expect(filesOf()).toEqual(before);
  });

  it('builds anew on demand, and keeps what works when that fails', async () => {
    await build('good, old')({ folder });
    const addon = () => readFileSync(join(folder, 'lib', 'addon'), 'utf8');
    expect(await make({ routes: [fail, build('bad')], force: true })).toBe(false);
    expect(addon()).toBe('good, old');
    expect(await make({ routes: [build('good, new')], force: true })).toBe(true);
    expect(addon()).toBe('good, new');
  });

  it('keeps what was there when the library stops loading once it is moved', async () => {
    const before = filesOf();
    const onlyInCopy = (path) => (path === folder ? { problem: 'moved' } : check(path));
    const options = { routes: [build('good')], check: async (path) => onlyInCopy(path) };
    expect(await make(options)).toBe(false);
    expect(lines.at(-1)).toBe('moved');
    expect(filesOf()).toEqual(before);
  });

  it('removes what a killed run left, not what another run works on', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const owner of [pid, process.ppid]) mkdirSync(join(beside, `.mmrec-native-${owner}`));
    await make({ routes: [fail] });
    expect(readdirSync(beside).sort()).toEqual([`.mmrec-native-${process.ppid}`, '@tensorflow']);
  });
});

describe('checkAddon', () => {
  it('says that the addon has not been built, or why it does not load', async () => {
    expect(addonFolder(folder)).toEqual({ version: 8, path: join('lib', 'napi-v8') });
    expect(await checkAddon(program, folder)).toEqual({
      problem: 'its native addon has not been built yet',
    });
    write(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    expect(await checkAddon(program, folder)).toEqual({
      problem: 'Error: libtensorflow.so.2: not found',
    });
  });

  it('multiplies, and says what it computed on', async () => {
    write(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    const answer = (value) =>
      write(
        join(folder, 'dist', 'index.js'),
        `const nothing = () => ({ set() {}, isUsingGpuDevice: true });
         module.exports = {
           env: nothing, backend: nothing, tensor2d: nothing,
           tidy: (compute) => compute(), matMul: () => ({ dataSync: () => [${value}] }),
         };`,
      );
    answer(31);
    expect(await checkAddon(program, folder)).toEqual({ gpu: true });
    answer(30);
    expect(await checkAddon(program, folder)).toEqual({
      problem: 'Error: [2, 3] · [5, 7] must be 31, got 30.',
    });
  });
});

describe('ways to get the library', () => {
  it('the own install: gives files that can be moved', async () => {
    write(
      join(folder, 'scripts', 'install.js'),
      `const fs = require('fs');
       const [kind, how] = process.argv.slice(2);
       fs.mkdirSync('deps');
       fs.mkdirSync('lib/napi-v8', { recursive: true });
       fs.writeFileSync('deps/library', kind + ' ' + how);
       fs.symlinkSync(process.cwd() + '/deps/library', 'lib/napi-v8/library');`,
    );
    expect(await fromOwnInstall({ folder, log })).toBeUndefined();
    rmSync(join(folder, 'deps'), { recursive: true });
    expect(readFileSync(join(folder, 'lib', 'napi-v8', 'library'), 'utf8')).toMatch(
      /^[cg]pu download$/,
    );
  });

  it('the own install: says why it failed', async () => {
    write(join(folder, 'scripts', 'install.js'), `throw new Error('getaddrinfo ENOTFOUND host');`);
    expect(await fromOwnInstall({ folder, log })).toBe(
      "the package's own install failed: Error: getaddrinfo ENOTFOUND host",
    );
    expect(lines[0]).toMatch(/^trying the package's own install: libtensorflow for [CG]PU$/);
  });

  it.runIf(process.platform === 'linux')('the wheel: says what to install', async () => {
    vi.stubEnv('PATH', beside);
    vi.stubEnv('CXX', undefined);
    expect(await fromWheel({ folder, log })).toBe(
      'a C++ compiler is needed; on Debian: apt install g++',
    );
  });

  it.runIf(process.platform !== 'linux')('the wheel: for Linux only', async () => {
    expect(await fromWheel({ folder, log })).toMatch(/ only the package's own install is tried$/);
  });
});

describe('run', () => {
  const node = (code, options) => run(process.execPath, ['-e', code], { limit: 60, ...options });

  it('ends what hangs, with what it started', async () => {
    const started = Date.now();
    const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`;
    expect(await node(`${child}; setInterval(() => {}, 1000)`, { limit: 1 })).toMatchObject({
      ok: false,
      problem: 'not done after 1 s',
    });
    expect(await node(`setInterval(() => {}, 1000)`, { stalled: () => 'stands' })).toMatchObject({
      problem: 'stands',
    });
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it('tells the line that says most', async () => {
    const tell = async (text) =>
      (await node(`console.error(\`${text}\`); process.exit(1)`)).problem;
    expect(await tell('a.js:1\\nError: no host\\n  at b\\nEmitted error event at:')).toBe(
      'Error: no host',
    );
    expect(await tell('a.cc:1: fatal error: no a.h\\ncompilation ended')).toBe(
      'a.cc:1: fatal error: no a.h',
    );
    expect(await tell('first\\nlast')).toBe('last');
    expect(await run('no-such-program', [], { limit: 9 })).toMatchObject({ missing: true });
    expect(await node('console.log(1)')).toEqual({
      ...{ ok: true, stdout: '1\n', stderr: '', problem: undefined },
    });
  });
});
