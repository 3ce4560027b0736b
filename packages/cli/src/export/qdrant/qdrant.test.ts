import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { readSafetensors } from '@mmrec/features';
import type { Schemas } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { mmrec } from '../../run-main.js';
import { changeRun, exactLists, makeTestRun, sameNumbers } from '../make-test-run.js';
import { startFakeQdrant, type FakeQdrant } from './fake-qdrant.js';
import type { QdrantRequests, QdrantResults } from './qdrant-requests.js';
import { userRequest } from './top-k-requests.js';

let folder: string;
let run: string;
let server: FakeQdrant;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-qdrant-'));
  run = await makeTestRun(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  server = await startFakeQdrant();
});
afterEach(() => {
  server.close();
  delete process.env['QDRANT_API_KEY'];
});

const load = (...flags: readonly string[]) =>
  mmrec('export', run, '--to', 'qdrant', '--url', server.url, ...flags);

async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`${server.url}/collections/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { result: T }).result;
}

it('speaks as the published schema of the API says', () => {
  interface Published {
    createCollection: Schemas['CreateCollection'];
    createFieldIndex: Schemas['CreateFieldIndex'];
    upsertPoints: Schemas['PointsList'];
    updateAliases: Schemas['ChangeAliasesOperation'];
    scrollPoints: Schemas['ScrollRequest'];
  }
  expectTypeOf<QdrantRequests>().toExtend<Published>();
  expectTypeOf<Schemas['CollectionsResponse']>().toExtend<QdrantResults['collections']>();
  expectTypeOf<Schemas['CollectionsAliasesResponse']>().toExtend<QdrantResults['aliases']>();
});

interface Scrolled {
  readonly points: readonly [
    { readonly vector: readonly number[]; readonly payload: { readonly seen?: readonly number[] } },
  ];
}

it('loads users and items that give the top 10 of the exact search', async () => {
  const { code, stdout, stderr } = await load();
  expect(code, stderr).toBe(0);
  expect(stderr).toBe('users: 120\nitems: 90\n');
  expect(stdout).toContain(`${server.url}: collections mmrec_users, mmrec_items\n`);
  const users = Array.from({ length: 100 }, (_, at) => `${at}`);
  const exact = await exactLists(run, users, 10);
  for (const user of users) {
    const { points } = await post<Scrolled>('mmrec_users/points/scroll', userRequest(user));
    const [{ vector, payload }] = points;
    const best = await post<{
      points: { payload: { id: string; title: string }; score: number }[];
    }>('mmrec_items/points/query', {
      ...{ query: vector, limit: 10, with_payload: true, params: { exact: true } },
      filter: { must_not: [{ has_id: payload.seen }] },
    });
    const list = exact.get(user)!;
    expect(best.points.map((point) => point.payload.id)).toEqual(list.map(({ item }) => item));
    best.points.forEach(({ score, payload: { title } }, place) => {
      expect(score).toBeCloseTo(list[place]!.score, 5);
      expect(title).toMatch(/\w/);
    });
  }
});

it('prints a command that gives the same', async (context) => {
  const missing = ['curl', 'jq'].filter((tool) => spawnSync(tool, ['--version']).error);
  if (missing.length > 0) {
    process.stderr.write(`SKIPPED: no ${missing.join(', ')}: the printed command is not run.\n`);
    context.skip();
  }
  const { query } = JSON.parse((await load('-k', '4', '--json')).stdout) as { query: string };
  const { stdout } = await runShell(query);
  const { result } = JSON.parse(stdout) as { result: { points: { payload: { id: string } }[] } };
  const exact = await exactLists(run, ['0'], 4);
  expect(result.points.map(({ payload }) => payload.id)).toEqual(
    exact.get('0')!.map(({ item }) => item),
  );
});

/** Runs a command in a process of its own while this one answers its requests. */
async function runShell(command: string): Promise<{ stdout: string }> {
  const { promisify } = await import('node:util');
  const { execFile } = await import('node:child_process');
  return promisify(execFile)('sh', ['-c', command]);
}

it('sends what is large in several requests', async () => {
  const wide = await changeRun(run, join(folder, 'wide'), { embeddingSize: 4000 });
  let puts = 0;
  server.onRequest = (_, path) => void (puts += Number(path.includes('/points')));
  const args = ['export', wide, '--to', 'qdrant', '--url', server.url];
  expect((await mmrec(...args)).code).toBe(0);
  expect(puts).toBe(Math.ceil(120 / 50) + Math.ceil(90 / 50));
  const { tensors } = await readSafetensors(join(wide, 'model.safetensors'));
  for (const kind of ['user', 'item'] as const) {
    const { points } = server.collections.get(server.aliases.get(`mmrec_${kind}s`)!)!;
    const loaded = [...points.values()].flatMap(({ vector }) => vector);
    expect(sameNumbers(loaded, tensors[`${kind}_embeddings`]!)).toBe(true);
  }
});

it('shows the new collections all at once, and deletes the earlier ones', async () => {
  await load();
  const earlier = [...server.aliases.values()];
  const seen = new Set<string>();
  server.onRequest = () => {
    const pointed = [...server.aliases.values()];
    expect(pointed.every((name) => server.collections.has(name))).toBe(true);
    seen.add(pointed.join());
  };
  const { code } = await load();
  expect(code).toBe(0);
  const now = [...server.aliases.values()];
  expect([...seen]).toEqual([earlier.join(), now.join()]);
  expect([...server.collections.keys()].sort()).toEqual(now.sort());
});

it('leaves what was there when a load fails', async () => {
  await load();
  const before = new Map(server.aliases);
  let puts = 0;
  server.onRequest = (method, path) => {
    if (method === 'PUT' && path.includes('/points') && ++puts === 2) throw new Error('disk full');
  };
  const { code, stderr } = await load();
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /PUT \/collections\/mmrec_items_\w+\/points\?wait=true: disk full \(500\)/,
  );
  expect(server.aliases).toEqual(before);
  expect([...server.collections.keys()]).toEqual([...before.values()]);
});

it('leaves collections of others alone', async () => {
  server.collections.set('mmrec_items', { size: 3, indexed: [], points: new Map() });
  const { code, stderr } = await load();
  expect(code).toBe(1);
  expect(stderr).toBe(
    'mmrec: export: the collection mmrec_items is there and was not made by mmrec export. Choose other names with --collection.\n',
  );
  expect([...server.collections.keys()]).toEqual(['mmrec_items']);
  expect((await load('--collection', 'shop')).code).toBe(0);
  expect([...server.aliases.keys()]).toEqual(['shop_users', 'shop_items']);
});

it('leaves training items out of payload and query with --no-seen, and then needs no dataset', async () => {
  const bare = await changeRun(run, join(folder, 'bare'), { data: join(folder, 'nowhere') });
  const args = ['export', bare, '--to', 'qdrant', '--url', server.url];
  const missing = await mmrec(...args);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("isn't there now. Name its place with --data.");
  const { code, stdout } = await mmrec(...args, '--no-seen');
  expect(code).toBe(0);
  expect(stdout).not.toContain('seen');
  const { points } = await post<Scrolled>('mmrec_users/points/scroll', userRequest('0'));
  expect(points[0].payload).toEqual({ id: '0' });
});

it('sends an API key, and never prints it', async () => {
  const guarded = await startFakeQdrant('s3cret');
  try {
    const args = ['export', run, '--to', 'qdrant', '--url', guarded.url];
    const refused = await mmrec(...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      `mmrec: --url ${guarded.url}: GET /collections: the server refuses the API key (401). Give one that may write in the environment variable QDRANT_API_KEY.\n`,
    );
    process.env['QDRANT_API_KEY'] = 's3cret';
    const { code, stdout, stderr } = await mmrec(...args);
    expect(code).toBe(0);
    expect(stdout).toContain('-H "api-key: $QDRANT_API_KEY"');
    expect(stdout + stderr).not.toContain('s3cret');
  } finally {
    guarded.close();
  }
});

it('says what is wrong with an address, or with what answers there', async () => {
  const withPassword = await mmrec(
    ...['export', run, '--to', 'qdrant', '--url', 'http://me:s3cret@localhost:6333'],
  );
  expect(withPassword.code).toBe(2);
  expect(withPassword.stderr).toContain('--url must be an address such as http://localhost:6333;');
  expect(withPassword.stderr).not.toContain('s3cret');
  const { port } = await closedPort();
  const none = await mmrec('export', run, '--to', 'qdrant', '--url', `http://127.0.0.1:${port}`);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('nothing listens there. Is Qdrant running,');
  const odd = await load('--collection', 'a/b');
  expect(odd.code).toBe(2);
  expect(odd.stderr).toContain(
    "--collection must be at most 100 letters, digits, _ and -, got 'a/b'.",
  );
});

/** A port on which nothing listens. */
async function closedPort(): Promise<{ port: number }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return { port };
}
