import { resolve } from 'node:path';
import { useBackend } from '@mmrec/ops';
import { backendFlag, portFlag } from '../flags.js';
import type { Streams } from '../streams.js';
import { createStudioServer } from '../studio/create-studio-server.js';
import { openStudio } from '../studio/open-studio.js';
import { stopOnSignals } from '../training/stop-on-signals.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec studio`. */
export interface StudioFlags {
  readonly port?: string;
  readonly data?: string;
  readonly backend?: string;
  /** Absent: where somebody looks at the terminal. */
  readonly open?: boolean;
}

/** A studio that runs. */
export interface RunningStudio {
  readonly address: string;
  close(): Promise<void>;
}

/** `mmrec studio <run…>`: a page to look at models, until it is told to stop. */
export async function studio(
  folders: readonly string[],
  flags: StudioFlags,
  streams: Streams,
): Promise<void> {
  const { address, close } = await startStudio(folders, flags, streams);
  streams.stdout.write(`${address}\n`);
  const { stderr } = streams;
  if (flags.open ?? process.stdout.isTTY) await openBrowser(address, stderr);
  stderr.write('Ctrl-C ends it\n');
  await new Promise<void>((end) => {
    stopOnSignals(end);
  });
  await close();
}

/** Reads the runs and listens, on this machine only. */
export async function startStudio(
  folders: readonly string[],
  flags: StudioFlags,
  { stderr }: Streams,
): Promise<RunningStudio> {
  checkDifferent(folders);
  const port = portFlag('studio', flags.port ?? '0');
  await useBackend(backendFlag(flags.backend ?? 'wasm'));
  const runs = await openStudio(folders, {
    data: flags.data,
    onRun: (name) => void stderr.write(`reading ${name}\n`),
  });
  const server = await createStudioServer(runs);
  const address = await server.listen({ host: '127.0.0.1', port });
  return {
    address,
    close: async () => {
      await server.close();
      runs.dispose();
    },
  };
}

function checkDifferent(folders: readonly string[]): void {
  const paths = folders.map((folder) => resolve(folder));
  const twice = folders.find((_, at) => paths.indexOf(paths[at]!) < at);
  if (twice === undefined) return;
  throw new UsageError(`studio: every run must be named once, got ${twice} twice.`);
}

async function openBrowser(address: string, stderr: Streams['stderr']): Promise<void> {
  const { default: open } = await import('open');
  try {
    const child = await open(address);
    child.on('error', () => void stderr.write('open the address in a browser\n'));
  } catch {
    stderr.write('open the address in a browser\n');
  }
}
