// Runs the repository's tools by their JavaScript entry points: no shell, the same on every system.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a tool that the root's package.json depends on, its output passed through.
 *
 * @param {string} name - Package, or `package#bin` where the command is named otherwise.
 * @param {string[]} args
 * @param {Record<string, string>} [env] - Added to this process's environment.
 * @returns {boolean} Whether it succeeded.
 */
export function runTool(name, args, env = {}) {
  return runNode([entryOf(name), ...args], env);
}

/** The JavaScript file of a tool. */
export function entryOf(name) {
  const [packageName, command] = name.split('#');
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = typeof bin === 'string' ? bin : bin[command ?? packageName.split('/').at(-1)];
  return join(folder, entry);
}

/**
 * Runs a program of Node in the repository's root, its output passed through.
 *
 * @param {string[]} args - Script and arguments.
 * @param {Record<string, string>} [env] - Added to this process's environment.
 * @returns {boolean} Whether it succeeded.
 */
export function runNode(args, env = {}) {
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { TURBO_TELEMETRY_DISABLED: '1', ...process.env, ...env },
  });
  if (error) console.error(error.message);
  return status === 0;
}

/**
 * Runs a program of Node in the repository's root beside others, its output kept for later.
 *
 * @param {string[]} args - Script and arguments.
 * @returns {Promise<{ succeeded: boolean, output: string }>}
 */
export function startNode(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { TURBO_TELEMETRY_DISABLED: '1', ...process.env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (output += text));
    child.on('error', ({ message }) => (output += message));
    child.on('close', (status) => resolve({ succeeded: status === 0, output }));
  });
}
