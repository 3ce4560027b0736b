import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repoRoot = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The folder of a real dataset, in `$MMREC_DATA_DIR` (relative to the repository's root) or else
 * in `../shared/data`; undefined, said on stderr, where it is absent, so that its tests are skipped.
 *
 * @param name - Name of the dataset's folder, such as `tiktok`.
 */
export function realData(name: string): string | undefined {
  const root = process.env['MMREC_DATA_DIR'] || '../shared/data';
  const folder = join(resolve(repoRoot, root), name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`realData: no folder ${folder}: the tests on '${name}' are skipped.\n`);
  return undefined;
}
