import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, program } from './programs.mjs';

/**
 * Installs a version of Node.js from the npm package `node`.
 *
 * @param {string} range - Such as `22`.
 * @param {string} folder - Made for it.
 * @returns {Promise<{ file: string, version: string }>} The program, and its version without the `v`.
 * @throws {Error} If it can't be installed or doesn't run.
 */
export async function installNode(range, folder) {
  await mkdir(folder, { recursive: true });
  const failed = (problem) =>
    new Error(`release-check: Node.js ${range} can't be installed from npm: ${problem}`);
  // The package's install script fetches the program for this system; npm may not run scripts by itself.
  const installed = await npm(['install', '--ignore-scripts', `node@${range}`], { cwd: folder });
  if (!installed.ok) throw failed(installed.problem);
  const home = join(folder, 'node_modules', 'node');
  const file = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const script = join(home, 'installArchSpecificPackage.js');
  const fetched = await program([process.execPath, script], { cwd: home });
  if (!fetched.ok || !existsSync(file)) throw failed(fetched.problem ?? `there is no ${file}`);
  const { ok, stdout, problem } = await program([file, '--version'], { limit: 20 });
  if (!ok) throw failed(problem);
  return { file, version: stdout.trim().slice(1) };
}
