import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How an `mmrec` command in a process of its own ended. */
export interface CommandResult {
  /** Exit code; null when it was interrupted. */
  readonly code: number | null;
  /** The last error message, or the last line of its progress. */
  readonly message: string;
}

/** The command itself: this file lies in `src/processes`, or in `dist` once bundled. */
const bin = ['../bin/mmrec.js', '../../bin/mmrec.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

/** Times that a command is taken up again after its process was killed. */
const mostRestarts = 5;

/**
 * Runs an `mmrec` command in a process of its own. The command must be one that goes on from where it stopped: when
 * its process is killed it is run again.
 *
 * @param args - Arguments after the command's name.
 * @param signal - Aborting interrupts the command as Ctrl-C does; what it has done is kept.
 */
export async function runCommand(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandResult> {
  const interrupted = () => signal?.aborted ?? false;
  for (let restarts = 0; !interrupted(); restarts++) {
    const { code, killedBy, message } = await runOnce(args, signal);
    if (interrupted()) break;
    if (killedBy === null) return { code, message };
    if (restarts === mostRestarts) {
      return {
        code: 1,
        message: `its process was killed ${restarts + 1} times, last by ${killedBy}`,
      };
    }
  }
  return { code: null, message: 'interrupted' };
}

function runOnce(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandResult & { readonly killedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    // A forked process ends when this one does, whatever ended it: see bin/mmrec.js.
    const child = fork(bin, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    const stop = () => void child.kill('SIGINT');
    signal?.addEventListener('abort', stop);
    let stderr = '';
    // Enough for the message at the end.
    child.stderr!.on('data', (text: Buffer) => (stderr = (stderr + text.toString()).slice(-4000)));
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code, killedBy, message: lastMessage(stderr) ?? `exit code ${code}` });
    });
  });
}

function lastMessage(stderr: string): string | undefined {
  const lines = stderr.trim().split('\n');
  const message = lines.filter((line) => line.startsWith('mmrec: ')).at(-1) ?? lines.at(-1);
  return message?.replace(/^mmrec: /, '');
}
