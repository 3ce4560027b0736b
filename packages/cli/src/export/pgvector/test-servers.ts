import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** A database server for tests. */
export interface TestServer {
  readonly name: string;
  /** Address of an empty database. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL with pgvector compiled to WebAssembly, in this process, behind a socket. One connection works at a time. */
export async function startPglite(): Promise<TestServer> {
  const database = await PGlite.create({ extensions: { vector } });
  const port = await freePort();
  const server = new PGLiteSocketServer({ db: database, port, host: '127.0.0.1' });
  await server.start();
  return {
    name: 'PGlite',
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await database.close();
    },
  };
}

/** The password of {@link startPostgres}. */
export const testPassword = 'pa ss/w@rd';

/** The folder of an installed PostgreSQL's programs; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  // Debian keeps a folder a version.
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const folders = [
    ...(stdout ? [stdout.trim()] : []),
    ...versions.map((version) => join(root, version, 'bin')),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** An installed PostgreSQL on a database of its own, with a password. */
export async function startPostgres(programs: string): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-postgres-'));
  const data = join(folder, 'database');
  const passwordFile = join(folder, 'password');
  mkdirSync(data);
  writeFileSync(passwordFile, testPassword);
  // PostgreSQL refuses to be run by root: there it is its own user.
  const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (owner.uid !== undefined) {
    for (const path of [folder, data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  }
  const init = ['-D', data, '-U', 'postgres', '--pwfile', passwordFile, '-A', 'scram-sha-256'];
  const made = spawnSync(join(programs, 'initdb'), [...init, '-N'], { ...owner, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const port = await freePort();
  const settings = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', data, '-F'];
  const server = spawn(join(programs, 'postgres'), settings, {
    ...owner,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.once('exit', () => reject(new Error(said)));
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('ready to accept connections')) resolve();
    });
  });
  return {
    name: 'PostgreSQL',
    url: `postgres://postgres:${encodeURIComponent(testPassword)}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await once(server, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

const idOf = (flag: string) =>
  Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
