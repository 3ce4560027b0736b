import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';

/** Thrown when a package that is installed on request isn't there. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
}

/**
 * Loads a package that is installed on request only.
 *
 * @param load - Imports it.
 * @param need - What it is needed for, and what to install.
 * @throws {MissingPackageError} If it can't be loaded, naming the command that installs it.
 */
export async function optionalPackage<T>(
  load: () => T | Promise<T>,
  { what, packages }: { readonly what: string; readonly packages: string },
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const reason = isAbsent ? 'which is not installed' : `which doesn't load (${message})`;
    throw new MissingPackageError(`${what} needs ${packages}, ${reason}: npm install ${packages}`, {
      cause: error,
    });
  }
}

const resolver = createRequire(import.meta.url);

/** The file that a package's main entry is. */
export const packageEntry = (name: string): string => resolver.resolve(name);

/** An installed package's version. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(
    readFileSync(resolver.resolve(`${name}/package.json`), 'utf8'),
  ) as { version: string };
  return version;
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
