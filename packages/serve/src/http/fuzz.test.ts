import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRng } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { memory } from '@tensorflow/tfjs-core';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTestRun } from '../write-test-run.js';
import { createServer } from './create-server.js';
import { serveRun, type ServedRun } from './serve-run.js';

/** The issue's number in the soak test. */
const cases = process.env['MMREC_SOAK'] === '1' ? 10_000 : 400;
const stream = createRng(9).stream('requests');

let folder: string;
let run: ServedRun;
let server: FastifyInstance;
let address: URL;

beforeAll(async () => {
  await useBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'mmrec-fuzz-'));
  run = await serveRun(await writeTestRun(folder));
  server = await createServer(run, { maxK: 50, maxBodyBytes: 20_000, requestTimeout: 1000 });
  address = new URL(await server.listen({ port: 0 }));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const oneOf = <T>(choices: readonly T[]): T => choices[stream.integer(choices.length)]!;

/** Any JSON value, small. */
function anyValue(depth = 0): unknown {
  const kinds = depth > 2 ? 7 : 9;
  switch (stream.integer(kinds)) {
    case 0:
      return oneOf([0, 1, -1, 0.5, 1e308, -1e9, 7, 2 ** 31, 2 ** 53]);
    case 1:
      return oneOf(['', '1', '5', 'x', '\u0000', '💥', '../..', '__proto__', 'a'.repeat(300)]);
    case 2:
      return null;
    case 3:
      return oneOf([true, false]);
    case 4:
      return oneOf(['1', '2', '3']);
    case 5:
      return stream.integer(60);
    case 6:
      return [];
    case 7:
      return Array.from({ length: stream.integer(4) }, () => anyValue(depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: stream.integer(4) }, () => [
          oneOf(['user', 'kind', 'min', 'visual', 'constructor', 'toString', 'k']),
          anyValue(depth + 1),
        ]),
      );
  }
}

const fields = [
  'user',
  'history',
  'items',
  'features',
  'k',
  'exclude',
  'filter',
  'diversify',
  'fields',
  'repeat',
  'item',
  'requests',
  'id',
  'details',
];
const paths = [
  '/v1/recommend',
  '/v1/recommend/batch',
  '/v1/explain',
  '/v1/items',
  '/v1/reload',
  '/health',
];

function anyBody(): string {
  const body = Object.fromEntries(
    Array.from({ length: stream.integer(5) }, () => [oneOf(fields), anyValue()]),
  );
  const text = JSON.stringify(stream.integer(8) === 0 ? anyValue() : body);
  switch (stream.integer(6)) {
    case 0:
      return text.slice(0, stream.integer(text.length + 1));
    case 1:
      return text.replace(/[":,{}]/, oneOf(['', '\u0000', '[', '}', '"']));
    case 2:
      return oneOf(['x', '[', '{"history":"', '9']).repeat(stream.integer(40_000));
    default:
      return text;
  }
}

function anyPath(): string {
  const part = () => encodeURIComponent(JSON.stringify(anyValue()).slice(0, 260));
  return oneOf([
    ...paths,
    `/v1/users/${part()}/recommendations?k=${part()}`,
    `/v1/items/${part()}/similar?k=${part()}&${part()}=${part()}`,
    `/%${stream.integer(99)}%zz`,
  ]);
}

/** A well-formed HTTP request with anything in it. */
async function askAnything(): Promise<number> {
  const method = oneOf(['GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
  const type = oneOf([
    'application/json',
    'application/json',
    'text/plain',
    'application/json; charset=x',
    '',
  ]);
  const reply = await fetch(new URL(anyPath(), address), {
    method,
    headers: type === '' ? {} : { 'content-type': type },
    ...(method !== 'GET' && { body: anyBody() }),
  });
  await reply.arrayBuffer();
  return reply.status;
}

/** Bytes that are hardly HTTP, and whatever comes back until the connection ends or a moment has passed. */
function sendBytes(): Promise<string> {
  const start = oneOf([
    'GET / HTTP/1.1\r\n',
    'POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n',
    'POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(3000)}\r\n`,
    '\u0016\u0003\u0001',
    '',
  ]);
  const noise = Buffer.from(Array.from({ length: stream.integer(200) }, () => stream.integer(256)));
  return new Promise((resolve) => {
    const socket = connect(Number(address.port), address.hostname);
    let reply = '';
    const end = () => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(50, end);
    socket.on('data', (data: Buffer) => (reply += data.toString('latin1')));
    socket.on('error', end);
    socket.on('close', end);
    socket.end(Buffer.concat([Buffer.from(start), noise]));
  });
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('the server', () => {
  it(
    `survives ${cases} malformed requests, answers none with a failure of its own and keeps nothing`,
    { timeout: 1_200_000 },
    async () => {
      const expected = run.model.recommend({ user: '1' }, { k: 5 });
      const statuses = new Map<number, number>();
      const ask = async (count: number) => {
        for (let start = 0; start < count; start += 20) {
          const some = Array.from({ length: Math.min(20, count - start) }, async (_, at) => {
            if (at % 4 === 3) {
              const [, status] = /^HTTP\/1\.1 (\d+)/.exec(await sendBytes()) ?? [];
              if (status !== undefined) expect(Number(status)).toBeLessThan(500);
              return;
            }
            const status = await askAnything();
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          });
          await Promise.all(some);
          const reply = await fetch(new URL('/v1/users/1/recommendations?k=5', address));
          expect(await reply.json()).toEqual(expected);
        }
      };
      await ask(cases / 4);
      const [heap, tensors] = [heapAfterCollection(), memory().numTensors];
      await ask((3 * cases) / 4);
      const grown = heapAfterCollection() - heap;
      expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
      // All sorts of answers: what is sent reaches the questions as well as the checks before them.
      for (const status of [200, 400, 404, 413, 415])
        expect(statuses.has(status), `${status}`).toBe(true);
      expect(memory().numTensors).toBeLessThanOrEqual(tensors + 1);
      process.stderr.write(
        `fuzz: ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}; heap grew by ${(grown / 2 ** 20).toFixed(1)} MiB\n`,
      );
      expect(grown).toBeLessThan(8 * 2 ** 20);
    },
  );
});
