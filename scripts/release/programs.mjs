// Package managers and other programs, found without a shell and started by their JavaScript.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../native/run.mjs';
import { root } from '../tools.mjs';

/** Settings that pnpm hands on to its scripts, and that npm would take for its own. */
const inherited = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^p?npm_/i.test(name) && !/^npm_config_(registry|cache)$/i.test(name))
    .map((name) => [name, undefined]),
);

/**
 * Runs npm.
 *
 * @param {string[]} args
 * @param {{ cwd: string, node?: string, limit?: number }} options - `node`: the Node.js that runs it.
 */
export function npm(args, { node = process.execPath, ...options }) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  return program([node, npmCli(), ...args, ...quiet], options);
}

/** Runs pnpm, in the version that the repository names. */
export function pnpm(args, options) {
  const { npm_execpath: caller = '' } = process.env;
  if (/pnpm/.test(caller)) return program([process.execPath, caller, ...args], options);
  return program(
    [
      process.execPath,
      npmCli(),
      'exec',
      '--yes',
      `--package=${options.pnpm}`,
      '--',
      'pnpm',
      ...args,
    ],
    options,
  );
}

/**
 * Runs a program without the settings of the package manager that may have started this one.
 *
 * @param {string[]} command - Program and arguments.
 * @param {{ cwd?: string, limit?: number, env?: Record<string, string> }} [options] - `limit` in seconds.
 */
export function program([file, ...args], { cwd = root, limit = 600, env = {} } = {}) {
  return run(file, args, { cwd, limit, env: { ...inherited, ...env } });
}

/** npm's program beside this Node.js. */
function npmCli() {
  const bin = dirname(process.execPath);
  const places = [
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, '..', 'share', 'npm', 'bin', 'npm-cli.js'),
  ];
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new Error(`release-check: npm must be installed with Node.js, none at ${places[0]}.`);
}
