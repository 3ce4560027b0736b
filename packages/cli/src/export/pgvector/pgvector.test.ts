import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@mmrec/features';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mmrec } from '../../run-main.js';
import {
  changeRun,
  exactLists,
  makeTestRun,
  sameNumbers,
  type RankedItem,
} from '../make-test-run.js';
import { tableNames } from './table-names.js';
import {
  postgresPrograms,
  startPglite,
  startPostgres,
  testPassword,
  type TestServer,
} from './test-servers.js';
import { quoteText, topKQuery } from './top-k-query.js';

let folder: string;
let run: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-pgvector-'));
  run = await makeTestRun(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A server whose databases have pgvector: the one at MMREC_POSTGRES_URL, whose public tables are lost, else PGlite. */
async function startServer(): Promise<TestServer> {
  const url = process.env['MMREC_POSTGRES_URL'];
  if (url === undefined) return startPglite();
  const stop = () => Promise.resolve();
  return { name: 'MMREC_POSTGRES_URL', url, stop };
}

async function query<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly string[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

describe('mmrec export --to pgvector', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await query(server.url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });

  const load = (...flags: readonly string[]) =>
    mmrec('export', run, '--to', 'pgvector', '--url', server.url, ...flags);

  interface Best {
    readonly id: string;
    readonly title: string;
    readonly score: number;
  }

  /** The top items of 100 users by the query that is printed. */
  async function rankUsers(options: { readonly withoutSeen: boolean }) {
    const sql = topKQuery(tableNames('mmrec'), { user: '$1', k: 10, withTitles: true, ...options });
    const lists = new Map<string, Best[]>();
    for (let user = 0; user < 100; user++) {
      lists.set(`${user}`, await query<Best>(server.url, sql, [`${user}`]));
    }
    return lists;
  }

  function expectSame(
    lists: ReadonlyMap<string, Best[]>,
    exact: ReadonlyMap<string, readonly RankedItem[]>,
  ) {
    for (const [user, list] of lists) {
      const wanted = exact.get(user)!;
      expect(list.map(({ id }) => id)).toEqual(wanted.map(({ item }) => item));
      list.forEach(({ score, title }, place) => {
        expect(score).toBeCloseTo(wanted[place]!.score, 5);
        expect(title).toMatch(/\w/);
      });
    }
  }

  it('loads tables whose query gives the top 10 of the exact search for 100 users', async () => {
    const { code, stdout, stderr } = await load();
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^users: 120\nitems: 90\ninteractions: [\d,]+\n$/);
    expect(stdout).toContain(': tables mmrec_users, mmrec_items, mmrec_seen\n');
    const lists = await rankUsers({ withoutSeen: true });
    expect(lists.size).toBe(100);
    expectSame(lists, await exactLists(run, [...lists.keys()], 10));
    const types = await query(
      server.url,
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'mmrec_items'::regclass AND attname = 'embedding'",
    );
    expect(types).toEqual([{ type: 'vector(16)' }]);
  });

  it('prints the query for a user, and none gets rows for an unknown one', async () => {
    const { stdout } = await load('-k', '3', '--json');
    const { query: sql, url } = JSON.parse(stdout) as { query: string; url: string };
    expect(url).toBe(server.url.replace(/:[^:@/]*@/, '@'));
    const rows = await query<Best>(server.url, sql);
    const exact = await exactLists(run, ['0'], 3);
    expect(rows.map(({ id }) => id)).toEqual(exact.get('0')!.map(({ item }) => item));
    expect(await query(server.url, sql.replace("'0'", "'nobody'"))).toEqual([]);
  });

  it('keeps every bit of the embeddings', async () => {
    const odd = await changeRun(run, join(folder, 'bits'), { firstNumber: 1 / 3 });
    await mmrec('export', odd, '--to', 'pgvector', '--url', server.url);
    const [row] = await query<{ embedding: string }>(
      server.url,
      "SELECT (embedding::real[])[1]::double precision AS embedding FROM mmrec_users WHERE id = '0'",
    );
    expect(Number(row!.embedding)).toBe(Math.fround(1 / 3));
  });

  it('makes an HNSW index that the query uses', async () => {
    const { code, stdout, stderr } = await load('--index', 'hnsw');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('SET hnsw.ef_search');
    const sql = topKQuery(tableNames('mmrec'), {
      ...{ user: "'0'", k: 10, withTitles: false, withoutSeen: true },
    });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    // So few items are faster sorted than looked up in an index.
    await client.query('SET enable_seqscan = off; SET enable_sort = off');
    const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`);
    await client.end();
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('mmrec_items_hnsw');
  });

  it('replaces what was loaded before, with the privileges on it', async () => {
    await load();
    await query(
      server.url,
      'DROP ROLE IF EXISTS mmrec_reader; CREATE ROLE mmrec_reader; GRANT SELECT ON mmrec_items TO mmrec_reader; GRANT SELECT ON mmrec_users TO PUBLIC',
    );
    const smaller = await changeRun(run, join(folder, 'smaller'), { embeddingSize: 4 });
    const second = await mmrec(
      'export',
      smaller,
      '--to',
      'pgvector',
      '--url',
      server.url,
      '--no-seen',
    );
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).not.toContain('seen');
    const tables = await query<{ relname: string; granted: boolean; type: string }>(
      server.url,
      "SELECT relname, has_table_privilege('mmrec_reader', oid, 'SELECT') AS granted FROM pg_class WHERE relname LIKE 'mmrec%' AND relnamespace = 'public'::regnamespace ORDER BY relname",
    );
    expect(tables.filter(({ relname }) => !relname.endsWith('pkey'))).toEqual([
      { relname: 'mmrec_items', granted: true },
      { relname: 'mmrec_users', granted: true },
    ]);
    const [row] = await query(
      server.url,
      "SELECT vector_dims(embedding) AS dims, obj_description('mmrec_items'::regclass) AS comment FROM mmrec_items LIMIT 1",
    );
    expect(row).toEqual({ dims: 4, comment: 'mmrec export: lightgcn on shop, seed 1' });
    await query(server.url, 'DROP OWNED BY mmrec_reader; DROP ROLE mmrec_reader');
  });

  it('leaves what was there when a load fails', async () => {
    await load();
    const items = Array.from({ length: 90 }, (_, at) => (at === 89 ? '0' : `${at}`));
    const twice = await changeRun(run, join(folder, 'twice'), { items });
    const { code, stderr } = await mmrec('export', twice, '--to', 'pgvector', '--url', server.url);
    expect(code).toBe(1);
    expect(stderr).toContain('could not create unique index "mmrec_items_new_pkey"');
    expectSame(
      await rankUsers({ withoutSeen: true }),
      await exactLists(
        run,
        Array.from({ length: 100 }, (_, at) => `${at}`),
        10,
      ),
    );
    const left = await query(server.url, "SELECT 1 FROM pg_class WHERE relname LIKE '%_new%'");
    expect(left).toEqual([]);
  });

  it('leaves tables of others alone, and views on its own', async () => {
    await query(server.url, 'CREATE TABLE mmrec_seen (mine int)');
    const foreign = await load();
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toContain(
      'the table mmrec_seen is there and was not made by mmrec export. Choose other names with --table.',
    );
    expect((await load('--table', 'shop')).code).toBe(0);
    await query(server.url, 'CREATE VIEW names AS SELECT id, title FROM shop_items');
    const viewed = await load('--table', 'shop');
    expect(viewed.code).toBe(1);
    expect(viewed.stderr).toContain(
      "the table shop_items can't be replaced: view names depends on table shop_items. Drop that first,",
    );
    const refused = await load('--table', 'Robert; DROP');
    expect(refused.code).toBe(2);
  });

  it('refuses an index on more dimensions than pgvector takes, not their export', async () => {
    const wide = await changeRun(run, join(folder, 'wide'), { embeddingSize: 2001 });
    const args = ['export', wide, '--to', 'pgvector', '--url', server.url];
    const indexed = await mmrec(...args, '--index', 'hnsw');
    expect(indexed.code).toBe(1);
    expect(indexed.stderr).toBe(
      'mmrec: export: an HNSW index of pgvector takes up to 2000 dimensions, the embeddings have 2001. Leave out --index: the search is then exact.\n',
    );
    expect((await mmrec(...args)).code).toBe(0);
    // So many numbers are sent in several statements. The ids are those of the rows.
    const rows = await query<{ embedding: string }>(
      server.url,
      'SELECT embedding::text FROM mmrec_users ORDER BY id::int',
    );
    const loaded = rows.flatMap(({ embedding }) => JSON.parse(embedding) as number[]);
    const { tensors } = await readSafetensors(join(wide, 'model.safetensors'));
    expect(sameNumbers(loaded, tensors['user_embeddings']!)).toBe(true);
  });
});

describe('an address of --to pgvector', () => {
  const to = (url: string) => mmrec('export', run, '--to', 'pgvector', '--url', url);

  it.each(['postgres://me:s3cret@ho st/db', 'localhost', 'https://me:s3cret@host/db'])(
    'is refused when it is %s, without being repeated',
    async (url) => {
      const { code, stderr } = await to(url);
      expect(code).toBe(2);
      expect(stderr).toContain(
        '--url must be an address such as postgres://user@host:5432/database',
      );
      expect(stderr).not.toContain('s3cret');
    },
  );

  it('is told without its password when nothing listens there', async () => {
    const { code, stderr } = await to('postgres://me:s3cret@127.0.0.1:1/db');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'mmrec: --url postgres://me@127.0.0.1:1/db: nothing listens there. Is the server running, and are host and port right?\n',
    );
  });
});

it('quotes texts', () => {
  expect(quoteText("o'brien")).toBe("'o''brien'");
  expect(quoteText("a\\'b")).toBe("E'a\\\\''b'");
});

describe('an installed PostgreSQL', () => {
  const programs = postgresPrograms();
  if (programs === undefined) {
    process.stderr.write('SKIPPED: no PostgreSQL is installed, its refusals are not tested.\n');
  }
  let server: TestServer | undefined;
  const to = (change: (url: URL) => void) => {
    const url = new URL(server!.url);
    change(url);
    return mmrec('export', run, '--to', 'pgvector', '--url', url.href, '--verbose');
  };

  beforeAll(async () => {
    if (programs !== undefined) {
      server = await startPostgres(programs);
    }
  });
  afterAll(() => server?.stop());
  afterEach(() => {
    delete process.env['PGPASSWORD'];
  });

  it.skipIf(programs === undefined)('refuses a wrong password, which is not told', async () => {
    const { code, stdout, stderr } = await to((url) => (url.password = 's3cret'));
    expect(code).toBe(1);
    expect(stderr).toContain('the server refuses the user name or the password.');
    expect(stdout + stderr).not.toContain('s3cret');
    const none = await to((url) => (url.password = ''));
    expect(none.stderr).toContain(
      'the server wants a password. Give it in the environment variable',
    );
  });

  it.skipIf(programs === undefined)('takes the password from the environment', async () => {
    process.env['PGPASSWORD'] = testPassword;
    const { stderr } = await to((url) => {
      url.password = '';
      url.pathname = '/nowhere';
    });
    expect(stderr).toContain('there is no such database. Create it with: createdb nowhere');
  });

  it.skipIf(programs === undefined)('without pgvector says how to install it', async (context) => {
    const available = await query(
      server!.url,
      "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'",
    );
    if (available.length > 0) context.skip();
    const { code, stderr } = await to(() => undefined);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "the server has no pgvector. Install it there: Debian's and PostgreSQL's packages call it",
    );
    expect(stderr).not.toContain(testPassword);
  });
});
