#!/usr/bin/env node
import { existsSync } from 'node:fs';

// In the repository the command may be called before it was built; the published package is built.
if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
  await import('../../../scripts/build-cli.mjs');
}
const { main } = await import('../dist/index.js');
process.exitCode = await main(process.argv.slice(2));
