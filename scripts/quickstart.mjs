// `pnpm quickstart`: builds what the quickstart example needs, and runs it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, runTool } from './tools.mjs';

const example = join('examples', 'quickstart');
const built = runTool(
  'turbo',
  ['run', 'build', '--filter=@mmrec-examples/quickstart^...', '--output-logs=errors-only'],
  { MMREC_SKIP_TYPES: '1' },
);
if (!built || !existsSync(join(root, example))) process.exit(1);
process.exitCode = runNode([join(example, 'index.mjs'), ...process.argv.slice(2)]) ? 0 : 1;
