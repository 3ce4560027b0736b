import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pnpm } from './programs.mjs';
import { readTarball } from './read-tarball.mjs';

/**
 * A package as it would be published.
 *
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} version
 * @property {string} folder - Where it stands in the repository.
 * @property {string} file - Its tarball.
 * @property {Buffer} bytes - The tarball's.
 * @property {Map<string, Buffer>} files - The tarball's files by path.
 * @property {Record<string, any>} manifest - The `package.json` in it.
 */

/**
 * Packs a package as `pnpm publish` does: versions in place of `workspace:`, and the repository's licence with it.
 *
 * @param {import('./publishable-packages.mjs').PublishablePackage} source
 * @param {{ into: string, packageManager: string }} options - Folder for the tarball; `pnpm@` and its version.
 * @returns {Promise<PackedPackage>}
 * @throws {Error} If pnpm doesn't pack it.
 */
export async function packPackage({ name, folder }, { into, packageManager }) {
  const args = ['pack', '--pack-destination', into, '--json'];
  const { ok, stdout, problem } = await pnpm(args, { cwd: folder, pnpm: packageManager });
  if (!ok) throw new Error(`release-check: ${name} can't be packed: ${problem}`);
  const { filename } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  const file = join(into, filename.slice(filename.lastIndexOf('/') + 1));
  const bytes = await readFile(file);
  const files = readTarball(bytes);
  const manifest = JSON.parse(files.get('package.json').toString());
  return { name, version: manifest.version, folder, file, bytes, files, manifest };
}
