import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { writeJsonFile } from '@mmrec/core';
import { readManifest } from './read-manifest.js';
import { UsageError } from './usage-error.js';
import { writeFolder } from './write-folder.js';

/** A dataset folder that is made from another one. */
export interface DerivedFolder {
  readonly from: string;
  readonly to: string;
  /** Whether a dataset that is there may be replaced. */
  readonly force: boolean;
  /** The command that makes it, such as `data split`. */
  readonly command: string;
  /** Names of files that are not copied, because others take their place. */
  readonly replaced: readonly string[];
}

const manifestFile = 'manifest.json';

/**
 * Copies a dataset folder, has its changed files written, and last its manifest: the source's, with what was done
 * under `derived`. The new folder appears whole or not at all.
 *
 * @param write - Writes the changed files into the new folder and returns what the manifest says of them.
 * @throws {UsageError} If source and target are the same folder, or one in the other.
 * @throws {Error} If the target holds something and `force` is not set.
 */
export async function deriveFolder(
  { from, to, force, command, replaced }: DerivedFolder,
  write: (folder: string) => Promise<object>,
): Promise<void> {
  checkFolders({ from, to, force, command });
  const left = new Set([...replaced, manifestFile]);
  const manifest = { ...(await readManifest(command, from)), name: basename(resolve(to)) };
  await writeFolder(to, async (folder) => {
    await cp(from, folder, {
      recursive: true,
      filter: (source) => !left.has(relative(from, source)),
    });
    const done = await write(folder);
    const derived = { from: resolve(from), command: `mmrec ${command}`, ...done };
    await writeJsonFile(join(folder, manifestFile), { ...manifest, derived });
  });
}

/** @throws {UsageError | Error} See {@link deriveFolder}. */
export function checkFolders({ from, to, force, command }: Omit<DerivedFolder, 'replaced'>): void {
  const inside = (folder: string, other: string) => !relative(folder, other).startsWith('..');
  if (inside(resolve(from), resolve(to)) || inside(resolve(to), resolve(from))) {
    throw new UsageError(
      `${command}: --out must be a folder beside --data, got ${to}, which is the same or in the other.`,
    );
  }
  if (force || !existsSync(to)) return;
  throw new Error(
    `${command}: ${to} is already there. Choose another --out, or replace the folder with --force.`,
  );
}
