import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createServer, serveRun, type LoadRunOptions } from '@mmrec/serve';
import { atLeastOne, backendFlag, choice, portFlag, wholeNumber } from '../flags.js';
import type { Streams } from '../streams.js';
import { stopOnSignals } from '../training/stop-on-signals.js';
import { UsageError } from '../usage-error.js';

/** Flags of `mmrec serve`. */
export interface ServeFlags {
  readonly port?: string;
  readonly host?: string;
  readonly tokenFile?: string;
  readonly data?: string;
  readonly index?: string;
  readonly backend?: string;
  readonly threads?: string;
  readonly newItems?: boolean;
  readonly watch?: string;
  readonly rateLimit?: string;
  readonly maxK?: string;
  readonly log?: boolean;
}

/** A server that runs. */
export interface RunningServer {
  readonly address: string;
  close(): Promise<void>;
}

/** `mmrec serve <run>`: answers over HTTP until it is told to stop. */
export async function serve(folder: string, flags: ServeFlags, streams: Streams): Promise<void> {
  const { address, close } = await startServer(folder, flags, streams);
  streams.stdout.write(`${address}\n`);
  await new Promise<void>((resolve) => {
    stopOnSignals(() => {
      streams.stderr.write('stopping, once the requests that came in are answered\n');
      resolve();
    });
  });
  await close();
}

/** Loads the run and listens. */
export async function startServer(
  folder: string,
  flags: ServeFlags,
  { stderr }: Streams,
): Promise<RunningServer> {
  const host = flags.host ?? '127.0.0.1';
  const port = portFlag('serve', flags.port ?? '8000');
  const token = readToken(flags.tokenFile);
  const maxK = atLeastOne('--max-k', flags.maxK ?? '1000');
  const run = await serveRun(folder, { ...loadOptions(flags), maxK });
  const server = await createServer(run, {
    token,
    maxK,
    newItems: flags.newItems,
    watchInterval: 1000 * wholeNumber('--watch', flags.watch ?? '5'),
    requestsPerMinute: wholeNumber('--rate-limit', flags.rateLimit ?? '0'),
    log: flags.log,
  });
  const { info } = run.model;
  stderr.write(
    `${info.model}: ${info.users.toLocaleString('en')} users, ${info.items.toLocaleString('en')} items` +
      `${info.index.kind === 'hnsw' ? `, HNSW index (recall ${info.index.recall.toFixed(3)})` : ''}\n`,
  );
  if (!isLoopback(host) && token === undefined)
    stderr.write(`anyone who reaches ${host} may ask: set a token with --token-file\n`);
  const address = await server.listen({ host, port });
  stderr.write(`try it: curl '${address}/v1/model', or ${address}/docs in a browser\n`);
  const reload = () => {
    run.reload().catch((error: unknown) => {
      stderr.write(`mmrec: ${(error as Error).message}\n`);
    });
  };
  process.on('SIGHUP', reload);
  return {
    address,
    close: async () => {
      process.off('SIGHUP', reload);
      await server.close();
      run.dispose();
    },
  };
}

function loadOptions({ data, index, backend, threads }: ServeFlags): LoadRunOptions {
  return {
    data,
    index: choice('--index', index ?? 'exact', ['exact', 'hnsw'] as const),
    backend: backendFlag(backend ?? 'wasm'),
    threads: atLeastOne('--threads', threads ?? '1'),
  };
}

/** From a file or the environment: what stands on a command line is seen by everybody on the machine. */
function readToken(file: string | undefined): string | undefined {
  if (file === undefined) return process.env['MMREC_TOKEN'];
  if (!existsSync(file))
    throw new UsageError(`serve: --token-file ${file} must exist, got nothing.`);
  const token = readFileSync(file, 'utf8').trim();
  if (token === '')
    throw new UsageError(`serve: --token-file ${file} must hold a token, got none.`);
  return token;
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
