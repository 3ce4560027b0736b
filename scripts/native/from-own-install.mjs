// The native package's own install script: downloads libtensorflow and the addon.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

/** Seconds without a byte until a download counts as hanging. */
const patience = 60;

/**
 * Builds the native library in a copy of the package by the package's own install script.
 *
 * @param {{ folder: string, log: (line: string) => void }} work
 * @returns {Promise<string | undefined>} Why it failed.
 */
export async function fromOwnInstall({ folder, log }) {
  const kind = hasNvidiaGpu() ? 'gpu' : 'cpu';
  log(`trying the package's own install: libtensorflow for ${kind.toUpperCase()}`);
  const started = Date.now();
  // What `npm run` would add: the script calls node-pre-gyp by name.
  const programs = join(findPrograms(folder), '.bin');
  const { ok, problem } = await run(process.execPath, ['scripts/install.js', kind, 'download'], {
    cwd: folder,
    env: { PATH: `${programs}${delimiter}${process.env['PATH']}` },
    limit: 1800,
    stalled: watchGrowth(join(folder, 'deps')),
  });
  if (!ok) return `the package's own install failed: ${problem}`;
  resolveLinks(join(folder, 'lib'));
  log(`installed in ${Math.round((Date.now() - started) / 1000)} s`);
  return undefined;
}

/** On Windows the script links libraries by their full paths, which end with this copy of the package. */
function resolveLinks(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (!lstatSync(file).isSymbolicLink()) continue;
    const target = realpathSync(file);
    rmSync(file);
    copyFileSync(target, file);
  }
}

function hasNvidiaGpu() {
  return spawnSync('nvidia-smi', ['-L'], { timeout: 20_000 }).status === 0;
}

/** The `node_modules` of the installed package, of which `folder` is a copy. */
function findPrograms(folder) {
  return join(folder, '..', '..', '@tensorflow', 'tfjs-node-gpu', 'node_modules');
}

/** Ends a download that stands still; the addon's compilation afterwards is left its time. */
function watchGrowth(folder) {
  let size = -1;
  let since = Date.now();
  return () => {
    const now = sizeOf(folder);
    if (now !== size) since = Date.now();
    size = now;
    const waited = (Date.now() - since) / 1000;
    if (waited <= (size > 1e6 ? 5 * patience : patience)) return undefined;
    return `nothing arrived for ${Math.round(waited)} s`;
  };
}

function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, path, name }) => sum + sizeOfFile(join(parentPath ?? path, name)),
      0,
    );
}

function sizeOfFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
