import { main } from './main.js';

/** How a command ended, and what it printed. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mmrec` in this process and collects what it prints. For tests. */
export async function mmrec(...args: readonly string[]): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const code = await main(args, {
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
  });
  return { code, ...printed };
}
