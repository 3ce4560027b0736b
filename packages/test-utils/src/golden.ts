import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tensor of a golden case, row-major. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/**
 * The golden cases of a model: every `.json` in `$MMREC_GOLDEN_DIR/<model>` when that variable is
 * set, else in the package's own `fixtures/golden`.
 *
 * @param model - Folder name below `MMREC_GOLDEN_DIR`.
 * @param ownFolder - The package's own copy.
 * @throws {Error} If the folder holds no case.
 */
export function goldenCases<Case>(model: string, ownFolder: URL): { name: string; data: Case }[] {
  const root = process.env['MMREC_GOLDEN_DIR'];
  const folder = root ? join(root, model) : fileURLToPath(ownFolder);
  const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.json')).sort() : [];
  if (files.length === 0) throw new Error(`goldenCases: no .json case in ${folder}.`);
  return files.map((file) => ({
    name: `golden ${model}/${basename(file, '.json')}`,
    data: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case,
  }));
}
