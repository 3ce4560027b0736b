import type { Client } from 'pg';
import { UsageError } from '../../usage-error.js';

/** A connection to a database. */
export interface Postgres {
  readonly client: Client;
  /** The address without its password, for messages. */
  readonly shown: string;
}

/**
 * Connects to a PostgreSQL database. What the address leaves out comes from `PGHOST`, `PGUSER`, `PGPASSWORD`, … and
 * `~/.pgpass`, as with PostgreSQL's own programs.
 *
 * @param address - Such as `postgres://user@host:5432/database`.
 * @throws {UsageError} If the address is none.
 * @throws {Error} If the package pg is not installed, or the server can't be reached or refuses; passwords are left
 *   out of the message.
 */
export async function connectPostgres(address: string): Promise<Postgres> {
  const url = parseAddress(address);
  const shown = `${url.protocol}//${url.username && `${url.username}@`}${url.host}${url.pathname}`;
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new Error(
      'export: --to pgvector needs the package pg, which is not installed: npm install pg',
      { cause },
    );
  });
  try {
    const client = new pg.Client({
      connectionString: address,
      connectionTimeoutMillis: 10_000,
      application_name: 'mmrec export',
    });
    // A connection that breaks fails the statement that is at work; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return { client, shown };
  } catch (error) {
    throw new Error(`--url ${shown}: ${explain(error as NodeJS.ErrnoException, url)}`);
  }
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['postgres:', 'postgresql:'].includes(url.protocol)) return url;
  // What was given is not repeated: it may hold a password.
  throw new UsageError(
    '--url must be an address such as postgres://user@host:5432/database; characters such as @ or / in a password are written %40, %2F.',
  );
}

function explain({ code = '', message }: NodeJS.ErrnoException, url: URL): string {
  const database = decodeURIComponent(url.pathname.slice(1)) || url.username;
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there. Is the server running, and are host and port right?',
    ENOTFOUND: 'there is no host of that name.',
    EAI_AGAIN: 'there is no host of that name.',
    '28P01': 'the server refuses the user name or the password.',
    '28000': 'the server refuses this user, or connections from here: see its pg_hba.conf.',
    '3D000': `there is no such database. Create it with: createdb ${database}`,
  };
  const found = known[code];
  if (found !== undefined) return found;
  if (message.includes('client password must be a string')) {
    return 'the server wants a password. Give it in the environment variable PGPASSWORD, in ~/.pgpass or in the address.';
  }
  return withoutPassword(message || code, url);
}

function withoutPassword(text: string, { password }: URL): string {
  const secrets = [password, decodeURIComponent(password)].filter((secret) => secret !== '');
  return secrets.reduce((kept, secret) => kept.replaceAll(secret, '…'), text);
}
