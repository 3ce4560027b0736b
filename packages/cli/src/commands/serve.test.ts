import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

const bin = fileURLToPath(new URL('../../bin/mmrec.js', import.meta.url));
let folder: string;
const servers: ChildProcess[] = [];
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-serve-'));
  await writeSynth(at('shop'), { seed: 1, numUsers: 300, numItems: 150 });
  const train = ['train', 'lightgcn', '--data', at('shop'), '--out', at('run')];
  expect((await mmrec(...train, '--epochs', '40', '--backend', 'wasm')).code).toBe(0);
});
afterAll(() => {
  for (const server of servers) server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts the command, as a user does, and waits for its address. */
async function start(...flags: string[]) {
  const server = spawn(process.execPath, [bin, 'serve', at('run'), '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  servers.push(server);
  let log = '';
  server.stderr.on('data', (data: Buffer) => (log += data.toString()));
  const [address] = (await once(server.stdout, 'data')) as [Buffer];
  return { server, address: address.toString().trim(), log: () => log };
}

async function stop(server: ChildProcess): Promise<number | null> {
  // When all that it said has been read, too.
  const ended = once(server, 'close');
  server.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  return code;
}

describe('mmrec serve', () => {
  it('answers as mmrec recommend does, for new users about as well, and ends when told to', async () => {
    const { server, address, log } = await start();
    const { stdout } = await mmrec(
      'recommend',
      at('run'),
      '--user',
      '17',
      '-k',
      '5',
      '--json',
      '--backend',
      'wasm',
    );
    const [expected] = JSON.parse(stdout) as [{ items: { item: string; title: string }[] }];
    const reply = await fetch(`${address}/v1/users/17/recommendations?k=5`);
    const { items } = (await reply.json()) as typeof expected;
    expect(items.map(({ item, title }) => [item, title])).toEqual(
      expected.items.map(({ item, title }) => [item, title]),
    );

    // Recall of new users with the histories of trained ones, against that of the trained ones.
    const rows = readFileSync(join(at('shop'), 'shop.inter'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t') as [string, string, string]);
    const itemsOf = (label: string) => {
      const lists = new Map<string, string[]>();
      for (const [user, item, split] of rows)
        if (split === label) lists.set(user, [...(lists.get(user) ?? []), item]);
      return lists;
    };
    const [history, test] = [itemsOf('0'), itemsOf('2')];
    const users = [...test.keys()].filter((user) => history.has(user)).slice(0, 300);
    const recall = async (query: (user: string) => object) => {
      let sum = 0;
      for (let from = 0; from < users.length; from += 100) {
        const some = users.slice(from, from + 100);
        const answer = await fetch(`${address}/v1/recommend/batch`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ requests: some.map((user) => ({ ...query(user), k: 10 })) }),
        });
        const { answers } = (await answer.json()) as { answers: { items: { item: string }[] }[] };
        answers.forEach(({ items: list }, n) => {
          const wanted = test.get(some[n]!)!;
          sum += list.filter(({ item }) => wanted.includes(item)).length / wanted.length;
        });
      }
      return sum / users.length;
    };
    const trained = await recall((user) => ({ user }));
    // Ten of 150 at random: 0.067.
    expect(trained).toBeGreaterThan(0.12);
    expect(await recall((user) => ({ history: history.get(user)! }))).toBeGreaterThan(
      0.9 * trained,
    );
    expect(await stop(server)).toBe(0);
    expect(log()).toContain('lightgcn: 300 users, 150 items');
    expect(log()).toContain('stopping, once the requests that came in are answered');
  });

  it('asks for the token of a file, and reloads at SIGHUP', async () => {
    writeFileSync(at('token'), 'open sesame\n');
    const { server, address } = await start('--token-file', at('token'), '--watch', '0');
    expect((await fetch(`${address}/v1/model`)).status).toBe(401);
    const headers = { authorization: 'Bearer open sesame' };
    const loads = async () => {
      const reply = await fetch(`${address}/v1/model`, { headers });
      return ((await reply.json()) as { loads: number }).loads;
    };
    expect(await loads()).toBe(1);
    server.kill('SIGHUP');
    for (let times = 0; (await loads()) === 1 && times < 200; times++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await loads()).toBe(2);
    expect(await stop(server)).toBe(0);
  });

  it.each([
    [['--port', '99999'], 2, 'serve: --port must be at most 65535, got 99999.'],
    [
      ['--index', 'hsnw'],
      2,
      "--index must be one of exact, hnsw, got 'hsnw'. Did you mean 'hnsw'?",
    ],
    [['--token-file', 'nowhere'], 2, 'serve: --token-file nowhere must exist, got nothing.'],
    [['--data', 'nowhere'], 1, "the dataset was at nowhere, and isn't there now."],
  ])('refuses %j', async (flags, code, message) => {
    const ended = await mmrec('serve', at('run'), ...flags);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
  });

  it('says which address is taken', async () => {
    const { server, address } = await start();
    const { port } = new URL(address);
    const { code, stderr } = await mmrec('serve', at('run'), '--port', port);
    expect(code).toBe(1);
    expect(stderr).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
    await stop(server);
  });
});
