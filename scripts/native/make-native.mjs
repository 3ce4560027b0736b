// The steps of `pnpm native`, apart from the two ways to get a libtensorflow.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeAbandoned } from './remove-abandoned.mjs';

const staging = '.mmrec-native-';
/** The folders that the native library consists of, in the package. */
const parts = ['deps', 'lib'];

/**
 * Makes the native package loadable. Everything is built in a copy of the package beside it and moved
 * into place when it has loaded there: whatever fails, the package is as it was before.
 *
 * @param {object} request
 * @param {string} request.folder - The native package's folder.
 * @param {((work: { folder: string, log: (line: string) => void }) =>
 *   Promise<string | undefined>)[]} request.routes
 *   Ways to build the library in a copy of the package, tried in this order. Each returns why it failed.
 * @param {(folder: string) => Promise<{ gpu?: boolean, problem?: string }>} request.check
 * @param {(line: string) => void} request.log
 * @param {boolean} [request.force] - Build it even if it loads.
 * @returns {Promise<boolean>} Whether the package can be used now.
 */
export async function makeNative({ folder, routes, check, log, force = false }) {
  const present = await check(folder);
  if (!present.problem && !force) {
    log(`the tensorflow back end is available, on the ${deviceOf(present)}`);
    return true;
  }
  log(force ? 'building anew' : `the tensorflow back end is not available: ${present.problem}`);
  const beside = dirname(dirname(folder));
  removeAbandoned(beside, staging);
  const work = join(beside, `${staging}${process.pid}`);
  const removeWork = () => rmSync(work, { recursive: true, force: true });
  const stop = () => process.exit(130);
  process.on('exit', removeWork);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    for (const route of routes) {
      const copy = copyPackage(folder, join(work, route.name));
      let problem = (await route({ folder: copy, log })) ?? (await check(copy)).problem;
      if (!problem) {
        const aside = join(work, 'before');
        moveParts(folder, aside);
        moveParts(copy, folder);
        const made = await check(folder);
        if (!made.problem) {
          log(`the tensorflow back end is available now, on the ${deviceOf(made)}`);
          return true;
        }
        problem = made.problem;
        moveParts(folder, join(work, 'after'));
        moveParts(aside, folder);
      }
      log(problem);
    }
    return false;
  } finally {
    removeWork();
    process.off('exit', removeWork);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

const deviceOf = ({ gpu }) => (gpu ? 'GPU' : 'CPU');

/** Copies what the package was installed with. Its files may be shared with the store of pnpm. */
function copyPackage(folder, copy) {
  const skipped = [...parts, 'node_modules'].map((name) => join(folder, name));
  cpSync(folder, copy, { recursive: true, filter: (source) => !skipped.includes(source) });
  return copy;
}

function moveParts(from, to) {
  mkdirSync(to, { recursive: true });
  for (const part of parts) {
    if (existsSync(join(from, part))) renameSync(join(from, part), join(to, part));
  }
}
