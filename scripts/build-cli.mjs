// Builds the `mmrec` command; its bin file imports this when it is called before the first build.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './tools.mjs';

const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
const args = [turbo, 'run', 'build', '--filter=@mmrec/cli', '--output-logs=errors-only'];
const { status } = spawnSync(process.execPath, args, {
  cwd: root,
  // The command's results go to stdout, so the build speaks on stderr.
  stdio: ['ignore', 2, 2],
  env: { TURBO_TELEMETRY_DISABLED: '1', ...process.env, MMREC_SKIP_TYPES: '1' },
});
if (status !== 0) process.exit(1);
