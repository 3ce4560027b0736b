// Runs programs that may hang: every one has a limit, and is ended with all that it started.
import { spawn } from 'node:child_process';

const running = new Set();
process.on('exit', () => running.forEach(end));

/**
 * Runs a program and waits for it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} [options.cwd]
 * @param {Record<string, string>} [options.env] - Added to this process's environment.
 * @param {number} options.limit - Seconds until it is ended.
 * @param {() => string | undefined} [options.stalled] - Asked every second; a reason ends the program.
 * @returns {Promise<{ ok: boolean, stdout: string, stderr: string, problem?: string, missing?: boolean }>}
 *   `problem`: why it failed, in one line. `missing`: there is no such program.
 */
export function run(command, args, { cwd, env = {}, limit, stalled = () => undefined }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    running.add(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => (output.stdout += data));
    child.stderr.on('data', (data) => (output.stderr += data));
    let ended;
    const started = Date.now();
    const timer = setInterval(() => {
      ended ??= Date.now() - started > limit * 1000 ? `not done after ${limit} s` : stalled();
      if (ended) end(child);
    }, 1000);
    const finish = (result) => {
      clearInterval(timer);
      running.delete(child);
      resolve({ ...output, ...result });
    };
    child.on('error', (error) =>
      finish({ ok: false, missing: error.code === 'ENOENT', problem: error.message }),
    );
    child.on('close', (code, signal) => {
      const ok = code === 0 && !ended;
      const text = output.stderr.trim() || output.stdout;
      finish({ ok, problem: ok ? undefined : (ended ?? lineOf(text) ?? `ended by ${signal}`) });
    });
  });
}

/** The line of a program's output that says most: an exception, else the first error, else the last line. */
function lineOf(text) {
  const lines = text.split('\n').flatMap((line) => (line.trim() ? [line.trim()] : []));
  const exception = lines.findLast((line) => /^(\w*Error|ERROR): /.test(line));
  return exception ?? lines.find((line) => /error: /i.test(line)) ?? lines.at(-1);
}

function end(child) {
  try {
    // The whole group: the package's install script starts others.
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
