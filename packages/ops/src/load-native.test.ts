import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadNative } from './load-native.js';

const gpu = '@tensorflow/tfjs-node-gpu';
const cpu = '@tensorflow/tfjs-node';

/** Packages by name: what their import throws, or nothing. Others are not installed. */
const installed =
  (packages: Readonly<Record<string, string | undefined>>) =>
  (name: string): Promise<unknown> => {
    if (!(name in packages)) {
      return Promise.reject(new Error(`Cannot find package '${name}' imported from here`));
    }
    const problem = packages[name];
    return problem === undefined ? Promise.resolve({}) : Promise.reject(new Error(problem));
  };

afterEach(() => vi.unstubAllEnvs());

describe('loadNative', () => {
  it.each([
    [{ [gpu]: undefined, [cpu]: undefined }, gpu],
    [{ [cpu]: undefined }, cpu],
    [{ [gpu]: 'libcudart.so: cannot open shared object file', [cpu]: undefined }, cpu],
  ])('takes the first package that loads', async (packages, name) => {
    expect(await loadNative({ load: installed(packages) })).toBe(name);
  });

  it.each([
    [
      'no package is installed',
      {},
      `${gpu} is not installed; ${cpu} is not installed. Install it with: npm install ${gpu}`,
    ],
    [
      'the package has no native library',
      {
        [gpu]:
          'The Node.js native addon module (tfjs_binding.node) can not be found at path: /a/b. \nPlease run',
      },
      `${gpu} is installed, but its native library is missing. Install it with: npm rebuild ${gpu}`,
    ],
    [
      'the native library does not load',
      { [cpu]: 'libtensorflow.so.2: cannot open shared object file: No such file or directory' },
      `${cpu} is installed, but its native library can't be loaded: libtensorflow.so.2: cannot open ` +
        `shared object file: No such file or directory. Install it with: npm rebuild ${cpu}`,
    ],
    [
      'a package that the package needs is missing',
      { [gpu]: `Cannot find module 'rimraf'` },
      `${gpu} is installed, but its native library can't be loaded: Cannot find module 'rimraf'. ` +
        `Install it with: npm rebuild ${gpu}`,
    ],
  ])('says what to do when %s', async (_, packages, text) => {
    await expect(loadNative({ load: installed(packages) })).rejects.toThrow(
      new Error(
        `back end 'tensorflow' can't be loaded: ${text} (in the repository of mmrec: pnpm native)`,
      ),
    );
  });

  it('sets threads and keeps libtensorflow quiet, unless told otherwise, before loading', async () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined);
    vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', undefined);
    const seen: unknown[] = [];
    const load = () => {
      const { TF_NUM_INTRAOP_THREADS, TF_CPP_MIN_LOG_LEVEL } = process.env;
      seen.push([TF_NUM_INTRAOP_THREADS, TF_CPP_MIN_LOG_LEVEL]);
      return Promise.resolve();
    };
    await loadNative({ load });
    vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', '0');
    await loadNative({ load, threads: 3 });
    expect(seen).toEqual([
      [undefined, '2'],
      ['3', '0'],
    ]);
  });

  it('restores what Node.js removed, and keeps what is there', async () => {
    const util = process.getBuiltinModule('node:util') as unknown as Record<string, unknown>;
    const before = { ...util };
    try {
      delete util['isArray'];
      util['isNullOrUndefined'] =
        before['isNullOrUndefined'] ?? ((value: unknown) => value === undefined);
      const kept = util['isNullOrUndefined'];
      await loadNative({ load: installed({ [gpu]: undefined }) });
      expect(util['isArray']).toBe(Array.isArray);
      expect(util['isNullOrUndefined']).toBe(kept);
    } finally {
      util['isArray'] = before['isArray'];
    }
  });

  it('needs Node.js', async () => {
    vi.stubGlobal('process', undefined);
    try {
      await expect(loadNative({ load: () => Promise.resolve() })).rejects.toThrow(
        new Error(`back end 'tensorflow' needs Node.js.`),
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
