// `pnpm native`: makes the `tensorflow` back end available in this repository.
//   node scripts/native.mjs [--force] | --check
// `--force` builds it anew; `--check` loads it, multiplies two matrices and prints what it computed on.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAddon, findPackage, loadAddon } from './native/addon.mjs';
import { fromOwnInstall } from './native/from-own-install.mjs';
import { fromWheel } from './native/from-wheel.mjs';
import { makeNative } from './native/make-native.mjs';
import { root } from './tools.mjs';

const options = process.argv.slice(2);
const unknown = options.filter((option) => !['--force', '--check'].includes(option));
if (unknown.length > 0) {
  console.error(`native: options are --force and --check, got ${unknown.join(' ')}.`);
  process.exit(2);
}

const folder = process.env['MMREC_NATIVE_PACKAGE'] ?? findPackage(root);
if (!folder) {
  console.error('native: @tensorflow/tfjs-node-gpu is not installed. Run: pnpm install');
  process.exit(1);
}

if (options.includes('--check')) {
  console.log(JSON.stringify(loadAddon(folder)));
} else {
  const self = fileURLToPath(import.meta.url);
  const made = await makeNative({
    folder,
    routes: [fromOwnInstall, fromWheel],
    check: (packageFolder) => checkAddon(self, packageFolder),
    log: (line) => console.log(`native: ${line}`),
    force: options.includes('--force'),
  });
  if (!made) console.error(`native: ${basename(folder)} can't be used; everything else works.`);
  process.exitCode = made ? 0 : 1;
}
