import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes the working folders of runs that were killed: those named by a process that has ended.
 *
 * @param {string} folder - Where they lie.
 * @param {string} prefix - Their names up to the process id.
 */
export function removeAbandoned(folder, prefix) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.startsWith(prefix)) continue;
    try {
      process.kill(Number(name.slice(prefix.length)), 0);
    } catch {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
