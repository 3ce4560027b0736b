import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Dataset } from './dataset.js';
import { fileError } from './file-error.js';
import { indexRule, maxIndex, type CountOptions } from './index-count.js';
import { createLabelledPairs } from './labelled-pairs.js';
import { shortened } from './read-lines.js';

/** Files of {@link readJsonSplits}, in the order of the labels 0, 1, 2. */
export const jsonSplitFiles = ['train.json', 'val.json', 'test.json'] as const;

/**
 * Reads the splits of LATTICE and MMSSL: `train.json`, `val.json` and `test.json`, each an object
 * from user to the list of its items. Users and items are indices from 0.
 *
 * @throws {SyntaxError} For a file that is not JSON.
 * @throws {TypeError} For JSON of another form.
 * @throws {RangeError} For an id that is not an integer from 0 to 2³¹ − 2, or no interactions.
 * @throws {Error} If a file is missing or can't be read.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'mmrec-'));
 * await writeFile(join(folder, 'train.json'), '{"0": [4, 1], "1": [2]}');
 * await writeFile(join(folder, 'val.json'), '{"0": [3]}');
 * await writeFile(join(folder, 'test.json'), '{"1": [0]}');
 * (await readJsonSplits(folder)).train.items // => [4, 1, 2]
 * ```
 */
export async function readJsonSplits(folder: string, options: CountOptions = {}): Promise<Dataset> {
  const pairs = createLabelledPairs();
  let rows = 0;
  for (const [label, name] of jsonSplitFiles.entries()) {
    const file = join(folder, name);
    for (const [user, items] of Object.entries(await readJsonObject(file))) {
      const userIndex = checkUser(`readJsonSplits: ${name}`, user);
      for (const item of checkItems(`readJsonSplits: ${name}: user '${user}'`, items)) {
        pairs.add(userIndex, item, label);
        rows++;
      }
    }
  }
  const name = basename(resolve(folder));
  const what = `readJsonSplits: ${name}`;
  if (rows === 0) {
    throw new RangeError(`${what}: ${jsonSplitFiles.join(', ')} must hold interactions, got none.`);
  }
  const source = jsonSplitFiles.map((file) => join(folder, file));
  return pairs.finish({ what, name, source, counts: options });
}

async function readJsonObject(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileError('readJsonSplits', file, error);
  });
  const what = `readJsonSplits: ${basename(file)}`;
  if (text.trim() === '') throw new RangeError(`${what}: must hold JSON, got an empty file.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new SyntaxError(`${what}: must hold JSON, got text that does not parse: ${reason}.`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Record<string, unknown>;
  }
  throw new TypeError(
    `${what}: must be an object from user to list of items, got ${shortened(text.trim())}.`,
  );
}

function checkUser(what: string, user: string): number {
  const index = Number(user);
  if (/^\d+$/.test(user) && index <= maxIndex) return index;
  throw new RangeError(`${what}: user ${indexRule}, got '${user}'.`);
}

function checkItems(what: string, items: unknown): number[] {
  if (!Array.isArray(items)) {
    throw new TypeError(`${what}: items must be a list, got ${shortened(JSON.stringify(items))}.`);
  }
  for (const item of items as unknown[]) {
    if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= maxIndex)
      continue;
    throw new RangeError(`${what}: item ${indexRule}, got ${JSON.stringify(item)}.`);
  }
  return items as number[];
}
