import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { suggestion } from '@mmrec/core';
import { UsageError } from '../usage-error.js';

/**
 * Folders by data set, of `--data` flags: `NAME=DIR`, a data set's folder called by its name, or the
 * folder above some of these. A later flag goes before an earlier one.
 *
 * @throws {UsageError} For a folder that isn't there, or one that is none of these.
 */
export function findData(
  flags: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const flag of flags) {
    for (const [name, folder] of foldersOf(flag, names)) folders.set(name, folder);
  }
  return folders;
}

function foldersOf(flag: string, names: readonly string[]): readonly (readonly [string, string])[] {
  const equals = flag.indexOf('=');
  if (equals > 0 && !existsSync(flag)) {
    const [name, folder] = [flag.slice(0, equals), flag.slice(equals + 1)];
    if (!names.includes(name)) throw unknownDataset(name, names);
    if (!existsSync(folder)) {
      throw new UsageError(`reproduce: --data ${flag}: ${folder} must exist, got nothing.`);
    }
    return [[name, folder]];
  }
  if (!existsSync(flag)) {
    throw new UsageError(`reproduce: --data ${flag} must exist, got nothing.`);
  }
  const inside = names.filter((name) => existsSync(join(flag, name)));
  if (inside.length > 0) return inside.map((name) => [name, join(flag, name)]);
  const own = basename(resolve(flag));
  if (names.includes(own)) return [[own, flag]];
  throw new UsageError(
    `reproduce: --data ${flag} must be or hold a folder called by its data set (${names.join(', ')}). For another name: --data NAME=${flag}.`,
  );
}

/** An error about a data set that no preset is for. */
export function unknownDataset(name: string, names: readonly string[]): UsageError {
  return new UsageError(
    `reproduce: unknown data set '${name}'.${suggestion(name, names)} Data sets with presets: ${names.join(', ')}.`,
  );
}
