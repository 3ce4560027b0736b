import { join } from 'node:path';
import { checkFiles, checkImports, checkManifest } from './check-tarball.mjs';
import { measureCode } from './measure-code.mjs';

/**
 * Checks a packed package by itself, and measures it.
 *
 * @param {import('./pack-packages.mjs').PackedPackage} packed - Its folder holds the build that was packed.
 * @param {string} root - The repository's folder.
 * @returns {Promise<{ sizes: { packed: number, code: number }, problems: string[] }>}
 */
export async function inspectPacked({ name, folder, bytes, files, manifest }, root) {
  const problems = [...checkManifest(manifest), ...checkFiles(files, root)];
  const { gzip, imports } = await measureCode(join(folder, 'dist', 'index.js'));
  problems.push(...checkImports(manifest, imports));
  return {
    sizes: { packed: bytes.length, code: gzip },
    problems: problems.map((problem) => `${name}: ${problem}`),
  };
}
