import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { useBackend } from '@mmrec/ops';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTestRun } from '../write-test-run.js';
import { createServer } from './create-server.js';
import { serveRun, type ServedRun } from './serve-run.js';

let folder: string;
let run: ServedRun;
let server: FastifyInstance;

beforeAll(async () => {
  await useBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'mmrec-http-'));
  run = await serveRun(await writeTestRun(folder));
  server = await createServer(run, { maxK: 50, newItems: true, maxBodyBytes: 4096 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function ask(options: InjectOptions, of = server) {
  const reply = await of.inject(options);
  const body = reply.headers['content-type']?.toString().includes('json')
    ? (reply.json() as Record<string, unknown>)
    : reply.body;
  return { status: reply.statusCode, body };
}
const post = (url: string, payload: object) => ask({ method: 'POST', url, payload });

describe('createServer', () => {
  it('answers as the model does', async () => {
    expect(await ask({ url: '/v1/users/3/recommendations?k=4' })).toEqual({
      status: 200,
      body: run.model.recommend({ user: '3' }, { k: 4 }),
    });
    expect(await ask({ url: '/v1/items/3/similar' })).toEqual({
      status: 200,
      body: run.model.recommend({ items: ['3'] }),
    });
    const request = { history: ['1', '5', 'x'], k: 3, filter: { kind: 'even' }, fields: ['kind'] };
    expect(await post('/v1/recommend', request)).toEqual({
      status: 200,
      body: run.model.recommend(request, request),
    });
    expect(await post('/v1/explain', { user: '3', item: '9' })).toEqual({
      status: 200,
      body: run.model.explain({ user: '3' }, '9'),
    });
  });

  it('answers questions that come together each with its own', async () => {
    const users = Array.from({ length: 30 }, (_, user) => String(user));
    const answers = await Promise.all(
      [...users, 'nobody'].map((user) => ask({ url: `/v1/users/${user}/recommendations?k=7` })),
    );
    expect(answers.pop()!.status).toBe(404);
    expect(answers).toEqual(
      users.map((user) => ({ status: 200, body: run.model.recommend({ user }, { k: 7 }) })),
    );
  });

  it('answers batches, with errors in their places', async () => {
    const { status, body } = await post('/v1/recommend/batch', {
      requests: [{ user: '1', k: 2 }, { user: 'nobody' }],
    });
    expect(status).toBe(200);
    const { answers } = body as { answers: unknown[] };
    expect(answers[0]).toEqual(run.model.recommend({ user: '1' }, { k: 2 }));
    expect(answers[1]).toMatchObject({ error: { code: 'not-found' } });
  });

  const refusals: [string, InjectOptions, number, string, string][] = [
    [
      'an unknown user',
      { url: '/v1/users/nobody/recommendations' },
      404,
      'not-found',
      "no user 'nobody' in the run",
    ],
    [
      'an unknown item',
      { url: '/v1/items/nothing/similar' },
      404,
      'not-found',
      'only unknown ones',
    ],
    [
      'k of 0',
      { url: '/v1/users/1/recommendations?k=0' },
      400,
      'invalid-request',
      'k must be >= 1',
    ],
    [
      'a negative k',
      { url: '/v1/users/1/recommendations?k=-2' },
      400,
      'invalid-request',
      'k must be >= 1',
    ],
    [
      'a huge k',
      { url: '/v1/users/1/recommendations?k=1e9' },
      400,
      'invalid-request',
      'k must be <= 50',
    ],
    [
      'k of letters',
      { url: '/v1/users/1/recommendations?k=ten' },
      400,
      'invalid-request',
      'k must be integer',
    ],
    [
      'a filter that removes everything',
      { method: 'POST', url: '/v1/recommend', payload: { user: '1', filter: { kind: 'none' } } },
      422,
      'unanswerable',
      'no item is left',
    ],
    [
      'a filter of an unknown field',
      { method: 'POST', url: '/v1/recommend', payload: { user: '1', filter: { kin: 'odd' } } },
      400,
      'invalid-request',
      "Did you mean 'kind'?",
    ],
    [
      'two questions in one',
      { method: 'POST', url: '/v1/recommend', payload: { user: '1', items: ['1'] } },
      400,
      'invalid-request',
      'exactly one of',
    ],
    [
      'an unknown option',
      { method: 'POST', url: '/v1/recommend', payload: { user: '1', top: 3 } },
      400,
      'invalid-request',
      "'top'",
    ],
    [
      'text where a number belongs',
      { method: 'POST', url: '/v1/recommend', payload: { user: '1', k: '3' } },
      400,
      'invalid-request',
      'k must be integer',
    ],
    [
      'a body that is no JSON',
      {
        method: 'POST',
        url: '/v1/recommend',
        headers: { 'content-type': 'application/json' },
        payload: '{"user":',
      },
      400,
      'invalid-request',
      'JSON',
    ],
    [
      'a body of another kind',
      {
        method: 'POST',
        url: '/v1/recommend',
        headers: { 'content-type': 'text/xml' },
        payload: '<user/>',
      },
      415,
      'unsupported-media-type',
      'Unsupported Media Type',
    ],
    [
      'a body that is too large',
      {
        method: 'POST',
        url: '/v1/recommend',
        payload: { history: Array.from({ length: 900 }, () => 'aaaaaa') },
      },
      413,
      'too-large',
      'too large',
    ],
    [
      'a prototype',
      {
        method: 'POST',
        url: '/v1/recommend',
        headers: { 'content-type': 'application/json' },
        payload: '{"user":"1","__proto__":{"k":3}}',
      },
      400,
      'invalid-request',
      'JSON',
    ],
    [
      'an unknown path',
      { url: '/v2/recommend' },
      404,
      'not-found',
      'There is no GET /v2/recommend.',
    ],
  ];
  it.each(refusals)('refuses %s', async (_, options, ...expected) => {
    const [status, code, message] = expected;
    const answer = await ask(options);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect((answer.body as { error: { message: string } }).error.message).toContain(message);
    // Nothing else is affected.
    expect((await ask({ url: '/v1/users/1/recommendations' })).status).toBe(200);
  });

  it('adds items only where that is allowed', async () => {
    const item = {
      id: 'brand-new',
      features: { visual: [9, 9, 9, 9, 9, 9] },
      details: { kind: 'new' },
    };
    expect(await post('/v1/items', item)).toEqual({ status: 201, body: { id: 'brand-new' } });
    expect((await post('/v1/items', item)).status).toBe(400);
    const found = await post('/v1/recommend', { user: '1', filter: { kind: 'new' } });
    expect(found.body).toMatchObject({ items: [{ item: 'brand-new' }] });
    const closed = await createServer(run, { watchInterval: 0 });
    expect((await ask({ method: 'POST', url: '/v1/items', payload: item }, closed)).status).toBe(
      404,
    );
    expect((await ask({ method: 'POST', url: '/v1/reload' }, closed)).status).toBe(404);
    await closed.close();
  });

  it('describes itself: OpenAPI with every path, its page, health, metrics', async () => {
    const { body } = await ask({ url: '/openapi.json' });
    const { paths } = body as { paths: Record<string, unknown> };
    expect(Object.keys(paths).sort()).toEqual([
      '/health',
      '/ready',
      '/v1/explain',
      '/v1/items',
      '/v1/items/{item}/similar',
      '/v1/model',
      '/v1/recommend',
      '/v1/recommend/batch',
      '/v1/users/{user}/recommendations',
    ]);
    expect((await ask({ url: '/docs/' })).status).toBe(200);
    expect(await ask({ url: '/health' })).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await ask({ url: '/ready' })).toEqual({ status: 200, body: { status: 'ready' } });
    await ask({ url: '/v1/users/1/recommendations' });
    const { body: metrics } = await ask({ url: '/metrics' });
    expect(metrics).toMatch(
      /^mmrec_http_request_duration_seconds_count\{method="GET",route="\/v1\/users\/:user\/recommendations",status="200"\} [1-9]/m,
    );
    expect(metrics).toMatch(/^mmrec_model_users 30$/m);
    // Paths that don't exist are not labels: anybody could make as many as they like.
    expect(metrics).not.toContain('/v2/recommend');
  });

  it('asks for the token everywhere but at health and readiness', async () => {
    const guarded = await createServer(run, { token: 's3cret', watchInterval: 0 });
    const status = async (url: string, authorization?: string) =>
      (await ask({ url, headers: authorization ? { authorization } : {} }, guarded)).status;
    for (const url of [
      '/v1/model',
      '/v1/users/1/recommendations',
      '/metrics',
      '/openapi.json',
      '/docs/',
    ]) {
      expect(await status(url), url).toBe(401);
      expect(await status(url, 'Bearer s3cre'), url).toBe(401);
      expect(await status(url, 'Bearer s3cret'), url).toBe(200);
    }
    expect(await status('/nowhere')).toBe(401);
    expect(await status('/health')).toBe(200);
    expect(await status('/ready')).toBe(200);
    await guarded.close();
  });

  it('limits the requests of a client', async () => {
    const limited = await createServer(run, { requestsPerMinute: 3, watchInterval: 0 });
    const statuses: number[] = [];
    for (let times = 0; times < 5; times++)
      statuses.push((await ask({ url: '/v1/model' }, limited)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await limited.close();
  });

  it('hangs up on requests that don’t arrive, and answers the others', async () => {
    const own = await createServer(run, { requestTimeout: 1000, watchInterval: 0 });
    const address = new URL(await own.listen({ port: 0 }));
    const socket = connect(Number(address.port), address.hostname);
    let reply = '';
    socket.on('data', (data: Buffer) => (reply += data.toString()));
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      'POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"user"',
    );
    const other = await fetch(new URL('/v1/users/1/recommendations', address));
    expect(other.status).toBe(200);
    await ended;
    expect(reply).toMatch(/^HTTP\/1\.1 408 /);
    await own.close();
  });

  it('answers what came in before it ends', async () => {
    const own = await createServer(run, { watchInterval: 0 });
    const came = new Promise<void>((resolve) => {
      own.get('/slow', async () => {
        resolve();
        await wait(200);
        return { done: true };
      });
    });
    const address = await own.listen({ port: 0 });
    const slow = fetch(`${address}/slow`);
    await came;
    const closing = own.close();
    expect(await (await slow).json()).toEqual({ done: true });
    await closing;
    await expect(fetch(`${address}/health`)).rejects.toThrow();
  });
});

describe('a newer run', () => {
  it('replaces the one before under load, and no request is lost', async () => {
    const own = mkdtempSync(join(folder, 'reload-'));
    const place = await writeTestRun(own);
    const before = await serveRun(place);
    const server = await createServer(before, { token: 't', watchInterval: 100 });
    const address = await server.listen({ port: 0 });
    const headers = { authorization: 'Bearer t' };
    const old = before.model.recommend({ items: ['3'] }, { k: 1 });
    const oldUser = before.model.recommend({ user: '1' }, { k: 1 }).items[0]!.item;
    before.addItem({ id: 'added', features: { visual: [1, 2, 3, 4, 5, 6] } });

    let asked = 0;
    const failures: unknown[] = [];
    let going = true;
    const load = Array.from({ length: 8 }, async () => {
      while (going) {
        asked++;
        try {
          const reply = await fetch(`${address}/v1/users/1/recommendations?k=1`, { headers });
          if (reply.status !== 200) failures.push(reply.status);
          await reply.json();
        } catch (error) {
          failures.push(error);
        }
      }
    });
    // A newer run in the place of the old one: written beside, then renamed.
    const newer = await writeTestRun(own, { sign: -1, name: 'newer' });
    renameSync(place, `${place}-old`);
    renameSync(newer, place);
    for (let times = 0; before.loads === 1 && times < 100; times++) await wait(100);
    expect(before.loads).toBe(2);
    // And once more on demand.
    const reply = await fetch(`${address}/v1/reload`, { method: 'POST', headers });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ loads: 3, items: 41 });
    going = false;
    await Promise.all(load);
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(50);
    expect(before.model.recommend({ user: '1' }, { k: 1 }).items[0]!.item).not.toBe(oldUser);
    expect(before.model.recommend({ items: ['3'] }, { k: 1 })).toEqual(old);
    expect(before.model.hasItem('added')).toBe(true);

    // One that can't be read doesn't replace anything.
    writeFileSync(join(place, 'ids.json'), '{');
    const failed = await fetch(`${address}/v1/reload`, { method: 'POST', headers });
    expect(failed.status).toBe(500);
    expect(await failed.json()).toMatchObject({ error: { code: 'reload-failed' } });
    expect((await fetch(`${address}/v1/users/1/recommendations`, { headers })).status).toBe(200);
    expect(await (await fetch(`${address}/metrics`, { headers })).text()).toContain(
      'mmrec_reloads_total{result="failed"} 1',
    );
    await server.close();
  });
});
