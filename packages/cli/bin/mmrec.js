#!/usr/bin/env node
import { existsSync } from 'node:fs';

// In the repository the command may be called before it was built; the published package is built.
if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
  await import('../../../scripts/build-cli.mjs');
}
// A trial of a sweep doesn't outlive the process that started it, however that ended; it is taken up again later.
if (process.send) {
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}
const { main } = await import('../dist/index.js');
process.exitCode = await main(process.argv.slice(2));
