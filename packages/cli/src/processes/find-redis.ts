import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A Redis server that a test started. */
export interface TestRedis {
  readonly address: string;
  readonly server: ChildProcess;
}

/**
 * The Redis server of this machine, for tests of the queue. Says so where there is none.
 *
 * @param what - What is not tested then.
 * @returns A function that starts it on a free port, its files in a folder.
 */
export async function findRedis(
  what: string,
): Promise<((folder: string) => Promise<TestRedis>) | undefined> {
  const found = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  const installed = await new Promise<boolean>((resolve) => {
    found.once('error', () => resolve(false));
    found.once('exit', () => resolve(true));
  });
  if (installed) return start;
  process.stderr.write(`SKIPPED: no redis-server is installed, ${what} is not tested.\n`);
  return undefined;
}

async function start(folder: string): Promise<TestRedis> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes('Ready to accept connections')) resolve();
    });
  });
  return { address: `redis://127.0.0.1:${port}`, server };
}
