import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A package of this repository that is published.
 *
 * @typedef {object} PublishablePackage
 * @property {string} name - Such as `@mmrec/core`.
 * @property {string} folder
 * @property {Record<string, any>} manifest - Its `package.json`, as it stands in the repository.
 */

/**
 * The packages below `packages/` that aren't private, by name.
 *
 * @param {string} root - The repository's.
 * @returns {PublishablePackage[]}
 */
export function publishablePackages(root) {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
