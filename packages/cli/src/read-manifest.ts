import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A dataset folder's `manifest.json`; `{}` where there is none.
 *
 * @param where - Name of the command, for messages.
 * @throws {SyntaxError} If it is not JSON.
 */
export async function readManifest(
  where: string,
  folder: string,
): Promise<Readonly<Record<string, unknown>>> {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) return {};
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof manifest === 'object' ? { ...manifest } : {};
  } catch (error) {
    throw new SyntaxError(`${where}: ${file} must be JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
