// Before Vitest's workers start: the tests run on every back end that this machine has.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../tools.mjs';
import { checkAddon, findPackage } from './addon.mjs';

const workers = 2;

export async function setup() {
  // Read by libtensorflow in the workers, which share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(
    Math.max(1, Math.floor(availableParallelism() / workers)),
  );
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  if (process.env['MMREC_BACKENDS']) return;
  const problem = await findProblem();
  process.env['MMREC_BACKENDS'] = problem ? 'wasm,cpu' : 'wasm,cpu,tensorflow';
  if (problem) console.error(warning(problem));
}

async function findProblem() {
  const folder = findPackage(root);
  if (!folder) return '@tensorflow/tfjs-node-gpu is not installed';
  return (await checkAddon(join(root, 'scripts', 'native.mjs'), folder)).problem;
}

function warning(problem) {
  const rule = '!'.repeat(80);
  return `${rule}\nThe tests run WITHOUT the tensorflow back end: ${problem}.\nGet it with: pnpm native\n${rule}`;
}
