import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createWebhook } from './create-webhook.js';

/** A receiver that keeps what it is told. */
async function createReceiver(answer = (response: ServerResponse) => void response.end('thanks')) {
  const told: unknown[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      const { method, headers } = request;
      told.push({ method, type: headers['content-type'], body: JSON.parse(body) as unknown });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told, server };
}

const record = { epoch: 3, losses: { total: 0.5 }, learningRate: 0.1, seconds: 1 };
const posted = (body: object) => ({ method: 'POST', type: 'application/json', body });

it('posts each epoch and what one says oneself, in order', async () => {
  const { url, told } = await createReceiver();
  const onWarning = vi.fn();
  const webhook = createWebhook({ url, about: { run: 'runs/a' }, onWarning });
  webhook.onEpoch(record);
  webhook.send({ event: 'end', epochs: 3 });
  await webhook.flush();
  expect(told).toEqual([
    posted({ run: 'runs/a', event: 'epoch', ...record }),
    posted({ run: 'runs/a', event: 'end', epochs: 3 }),
  ]);
  expect(onWarning).not.toHaveBeenCalled();
});

it('warns once of a receiver that refuses, and goes on', async () => {
  const { url, told } = await createReceiver((response) => {
    response.statusCode = 500;
    response.end();
  });
  const onWarning = vi.fn();
  const webhook = createWebhook({ url, onWarning });
  for (let epoch = 0; epoch < 3; epoch++) webhook.onEpoch(record);
  await webhook.flush();
  expect(told).toHaveLength(3);
  expect(onWarning.mock.calls).toEqual([[`webhook ${url} can't be told: it answered 500`]]);
});

it('warns of a receiver that is not there', async () => {
  const { url, server } = await createReceiver();
  server.close();
  await once(server, 'close');
  const onWarning = vi.fn<(message: string) => void>();
  const webhook = createWebhook({ url, onWarning });
  webhook.send({ event: 'end' });
  await webhook.flush();
  expect(onWarning.mock.calls[0]![0]).toMatch(
    new RegExp(`^webhook ${url} can't be told: fetch failed: .*ECONNREFUSED`),
  );
});

it('gives up on a receiver that does not answer', async () => {
  const { url } = await createReceiver(() => undefined);
  const onWarning = vi.fn();
  const webhook = createWebhook({ url, onWarning, timeout: 30 });
  webhook.send({ event: 'end' });
  await webhook.flush();
  expect(onWarning.mock.calls).toEqual([
    [`webhook ${url} can't be told: The operation was aborted due to timeout`],
  ]);
});

it('drops the oldest of more than a hundred messages that wait', async () => {
  const { url, told } = await createReceiver();
  const webhook = createWebhook({ url });
  for (let epoch = 1; epoch <= 150; epoch++) webhook.send({ event: 'epoch', epoch });
  await webhook.flush();
  const epochs = told.map((each) => (each as { body: { epoch: number } }).body.epoch);
  // The first was under way when the others came.
  expect(epochs).toEqual([1, ...Array.from({ length: 100 }, (_, at) => 51 + at)]);
});

it.each(['example.org', 'ftp://example.org', '', '/hook'])('refuses the address %j', (url) => {
  expect(() => createWebhook({ url })).toThrow(
    new RangeError(`createWebhook: url must be an http or https address, got '${url}'.`),
  );
});
