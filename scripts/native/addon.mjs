// Where the native package lies, and whether its addon loads and computes.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { run } from './run.mjs';

/** The native package that tests and benchmarks use: without a GPU it computes on the CPU. */
const packageName = '@tensorflow/tfjs-node-gpu';

/**
 * The native package's folder.
 *
 * @param {string} root - The repository's root folder.
 * @returns {string | undefined} Nothing where the package is not installed.
 */
export function findPackage(root) {
  const folder = join(root, 'node_modules', packageName);
  return existsSync(join(folder, 'package.json')) ? realpathSync(folder) : undefined;
}

/**
 * Where the package looks for its addon, relative to its folder: the newest N-API that both it and
 * Node.js know. It is the same for Node.js 20, 22 and 24, so that one build serves all.
 *
 * @param {string} folder - The package's folder.
 */
export function addonFolder(folder) {
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const version = Math.max(
    ...binary.napi_versions.filter((napi) => napi <= Number(process.versions.napi)),
  );
  return { version, path: join('lib', `napi-v${version}`) };
}

/**
 * Loads the native package into this process and multiplies two matrices.
 *
 * @param {string} folder - The package's folder.
 * @returns {{ gpu: boolean }}
 */
export function loadAddon(folder) {
  // Gone since Node.js 23; the package calls them.
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = createRequire(join(folder, 'package.json'))(folder);
  tf.env().set('PROD', true);
  const product = tf.tidy(
    () => tf.matMul(tf.tensor2d([[2, 3]]), tf.tensor2d([[5], [7]])).dataSync()[0],
  );
  if (product !== 31) throw new Error(`[2, 3] · [5, 7] must be 31, got ${product}.`);
  return { gpu: tf.backend().isUsingGpuDevice };
}

/**
 * Loads the addon in a process of its own: it may crash, and can't be unloaded.
 *
 * @param {string} program - `scripts/native.mjs`.
 * @param {string} folder - The package's folder.
 * @returns {Promise<{ gpu?: boolean, problem?: string }>} What it computes on, or why it can't.
 */
export async function checkAddon(program, folder) {
  const { path } = addonFolder(folder);
  const file = join(folder, path, 'tfjs_binding.node');
  if (!existsSync(file)) return { problem: 'its native addon has not been built yet' };
  const { ok, stdout, problem } = await run(process.execPath, [program, '--check'], {
    env: { MMREC_NATIVE_PACKAGE: folder, TF_CPP_MIN_LOG_LEVEL: '2', NODE_NO_WARNINGS: '1' },
    limit: 120,
  });
  return ok ? JSON.parse(stdout.trim().split('\n').at(-1)) : { problem };
}
