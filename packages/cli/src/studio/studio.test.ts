import { itemsByUser } from '@mmrec/core';
import { readDataset } from '@mmrec/data';
import { useBackend } from '@mmrec/ops';
import { loadRun, type ServedModel } from '@mmrec/serve';
import type { FastifyInstance } from 'fastify';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { createStudioServer } from './create-studio-server.js';
import { makeStudioRuns, pictured, type StudioRuns } from './make-studio-runs.js';
import { mapFields } from './map-fields.js';
import { itemsOf, openStudio, type Studio } from './open-studio.js';
import { readPicture } from './read-picture.js';
import type {
  ItemPage,
  ItemSummary,
  MapItems,
  RunsPage,
  StudioInfo,
  UserPage,
  UserSummary,
} from './studio-api.js';

let runs: StudioRuns;
let studio: Studio;
let server: FastifyInstance;

beforeAll(async () => {
  runs = await makeStudioRuns();
  await useBackend('wasm', { threads: 1 });
  studio = await openStudio([runs.lightgcn, runs.bm3]);
  server = await createStudioServer(studio);
});
afterAll(async () => {
  await server.close();
  studio.dispose();
  runs.remove();
});

async function get<T>(url: string): Promise<T> {
  const response = await server.inject({ url, headers: { host: 'localhost' } });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
}

async function refused(url: string, headers: Record<string, string> = { host: 'localhost' }) {
  const response = await server.inject({ url, headers });
  const { error } = response.json<{ error: { message: string } }>();
  return [response.statusCode, error.message] as const;
}

describe('what the studio answers', () => {
  it('names the runs and counts the dataset', async () => {
    const dataset = await readDataset(runs.data);
    expect(await get<StudioInfo>('/api/studio')).toEqual({
      dataset: {
        name: 'shop',
        users: 80,
        items: 60,
        train: dataset.train.items.length,
        validation: dataset.validation.items.length,
        test: dataset.test.items.length,
      },
      runs: [
        { name: 'lightgcn', model: 'lightgcn' },
        { name: 'bm3', model: 'bm3' },
      ],
      hasPictures: true,
      maxK: 50,
    });
  });

  it('gives a user every run’s own list, with what was held out marked', async () => {
    const { train, validation, test } = await readDataset(runs.data);
    const [history, valid, tested] = [train, validation, test].map((split) =>
      [...itemsOf(itemsByUser(split), 7)].map(String),
    ) as [string[], string[], string[]];
    const user = await get<UserPage>('/api/user?id=7&k=20');
    expect(user.history.map(({ id }) => id)).toEqual(history);
    expect(user).toMatchObject({ id: '7', position: 7, previous: '6', next: '8' });
    for (const [at, folder] of [runs.lightgcn, runs.bm3].entries()) {
      const served = await loadRun(folder);
      const expected = served.recommend({ user: '7' }, { k: 20 }).items;
      const { items, testHits } = user.runs[at]!;
      expect(items.map(({ item }) => item.id)).toEqual(expected.map(({ item }) => item));
      expect(items.map(({ item }) => item.title)).toEqual(expected.map(({ title }) => title));
      const hits = items.flatMap(({ item, hit }) => (hit ? [[item.id, hit]] : []));
      const held = new Map([
        ...valid.map((id) => [id, 'validation'] as const),
        ...tested.map((id) => [id, 'test'] as const),
      ]);
      expect(hits).toEqual(
        expected.flatMap(({ item }) => (held.has(item) ? [[item, held.get(item)]] : [])),
      );
      expect(testHits).toBe(hits.filter(([, split]) => split === 'test').length);
      checkRanks(served, user, at);
      served.dispose();
    }
  });

  /** Ranks of held-out items are their places in the run's list of everything. */
  function checkRanks(served: ServedModel, user: UserPage, run: number) {
    const all = served.recommend({ user: user.id }, { k: 60 }).items.map(({ item }) => item);
    expect(user.heldOut.length).toBeGreaterThan(0);
    for (const { item, ranks } of user.heldOut) expect(ranks[run]).toBe(all.indexOf(item.id) + 1);
  }

  it('gives reasons that add up to the score, both ways', async () => {
    const user = await get<UserPage>('/api/user?id=7&k=5');
    for (const { items } of user.runs) {
      for (const { score, reason } of items) {
        const { history, others, everyone, rest, modalities } = reason;
        const sum = history.reduce((total, { contribution }) => total + contribution, 0);
        expect(sum + others.contribution + everyone + rest).toBeCloseTo(score, 5);
        expect(history.length + others.count).toBe(user.history.length);
        const { average, byName, interactions } = modalities!;
        expect(Object.keys(byName).sort()).toEqual(['textual', 'visual']);
        expect(byName['textual']! + byName['visual']! + average + interactions).toBeCloseTo(
          score,
          5,
        );
      }
    }
  });

  it('finds users by their ids, and picks one that can be judged', async () => {
    const found = await get<UserSummary[]>('/api/users?query=1&limit=4');
    expect(found.map(({ id }) => id)).toEqual(['1', '10', '11', '12']);
    for (const differ of [false, true]) {
      const { history, test } = await get<UserSummary>(`/api/users/pick?differ=${differ}`);
      expect(Math.min(history, test)).toBeGreaterThan(0);
    }
  });

  it('picks a user of whose test items the runs find different numbers', async () => {
    const { id } = await get<UserSummary>('/api/users/pick?differ=true&k=20');
    const { runs: lists } = await get<UserPage>(`/api/user?id=${id}&k=20`);
    expect(lists[0]!.testHits).not.toBe(lists[1]!.testHits);
  });

  it('finds items by words of the title, in any case, or by the id', async () => {
    const { title } = studio.items.summary(5);
    const words = title!.toUpperCase().split(' ').reverse().join(' ');
    const found = await get<ItemSummary[]>(`/api/items?query=${encodeURIComponent(words)}`);
    expect(found.map(({ id }) => id)).toContain('5');
    const [first] = await get<ItemSummary[]>('/api/items?query=42');
    expect(first!.id).toBe('42');
    const popular = await get<ItemSummary[]>('/api/items');
    const counts = popular.map(({ popularity }) => popularity);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(await get<ItemSummary[]>('/api/items?query=no+such+words')).toEqual([]);
  });

  it('shows an item with its neighbours by every run, and who had it', async () => {
    const page = await get<ItemPage>('/api/item?id=5&k=4');
    const served = await loadRun(runs.bm3);
    const expected = served.recommend({ items: ['5'] }, { k: 4 }).items;
    expect(page.runs[1]!.items.map(({ item, similarity }) => [item.id, similarity])).toEqual(
      expected.map(({ item, score }) => [item, score]),
    );
    served.dispose();
    expect(page.fields.map(({ name }) => name)).toEqual(['description', 'category']);
    const { train } = await readDataset(runs.data);
    const owners = [...new Set([...train.users].filter((_, at) => train.items[at] === 5))];
    expect(page.item.popularity).toBe(owners.length);
    expect(page.users).toEqual(
      owners
        .sort((a, b) => a - b)
        .slice(0, 12)
        .map(String),
    );
  });

  it('lays out a map: exact neighbours, components, fields', async () => {
    const { items, total, fields } = await get<MapItems>('/api/map-items');
    expect([items.length, total]).toEqual([60, 60]);
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['popularity', 'number'],
      ['category', 'category'],
    ]);
    const response = await server.inject({ url: '/api/map?run=1', headers: { host: 'localhost' } });
    const bytes = new Uint8Array(response.rawPayload).buffer;
    const [n, k] = new Int32Array(bytes, 0, 2) as unknown as [number, number];
    expect([n, k]).toEqual([60, 15]);
    const neighbors = new Int32Array(bytes, 16 + 8 * n, n * k);
    const distances = new Float32Array(bytes, 16 + 8 * n + 4 * n * k, n * k);
    const { served } = studio.runs[1]!;
    for (const item of [0, 17, 59]) {
      const list = [...neighbors.subarray(item * k, (item + 1) * k)];
      const near = served.recommend({ items: [String(item)] }, { k: k - 1 }).items;
      expect(list.map(String)).toEqual([String(item), ...near.map(({ item: id }) => id)]);
      near.forEach(({ score }, at) => {
        expect(distances[item * k + at + 1]).toBeCloseTo(Math.sqrt(2 - 2 * score), 3);
      });
    }
    const positions = new Float32Array(bytes, 16, 2 * n);
    const variance = [0, 1].map((axis) =>
      positions.filter((_, at) => at % 2 === axis).reduce((sum, value) => sum + value ** 2, 0),
    );
    expect(variance[0]).toBeGreaterThan(variance[1]!);
  });

  it('tells how runs went', async () => {
    const { curves, runs: rows, options } = await get<RunsPage>('/api/runs');
    expect(curves.runs.map(({ epochs }) => epochs)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['lightgcn', '3 epochs, all epochs done'],
      ['bm3', '3 epochs, all epochs done'],
    ]);
    expect(options.find(({ name }) => name === 'model')).toEqual({
      name: 'model',
      values: ['lightgcn', 'bm3'],
      differs: true,
    });
  });
});

describe('what the studio refuses', () => {
  it('names what is not there', async () => {
    const user = 'There is no user “nobody” in this dataset.';
    expect(await refused('/api/user?id=nobody')).toEqual([404, user]);
    const item = 'There is no item “60” in this dataset.';
    expect(await refused('/api/item?id=60')).toEqual([404, item]);
    expect(await refused('/api/map?run=2')).toEqual([404, 'There is no run 2 in this studio.']);
    expect(await refused('/elsewhere')).toEqual([404, 'There is no such page.']);
  });

  it('says which part of an address is wrong', async () => {
    expect(await refused('/api/user?id=7&k=51')).toEqual([400, 'querystring/k must be <= 50']);
    expect(await refused('/api/user')).toEqual([
      400,
      "querystring must have required property 'id'",
    ]);
  });

  it('answers under names of this machine only, so that no other page can ask it', async () => {
    const message = 'The studio answers on this machine only.';
    expect(await refused('/api/studio', { host: 'evil.example' })).toEqual([403, message]);
    const { headers } = await server.inject({ url: '/', headers: { host: '127.0.0.1:80' } });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('sends pictures of the dataset folder, and no other file', async () => {
    const picture = (item: number) =>
      server.inject({ url: `/api/picture?id=${item}`, headers: { host: 'localhost' } });
    const { statusCode, headers } = await picture(pictured.good);
    expect([statusCode, headers['content-type']]).toEqual([200, 'image/png']);
    for (const item of [pictured.escaping, pictured.missing, 9])
      expect((await picture(item)).statusCode).toBe(404);
    symlinkSync(join(runs.folder, 'secret.png'), join(runs.data, 'images', 'link.png'));
    for (const name of ['../secret.png', 'images/link.png', join(runs.folder, 'secret.png')])
      expect(await readPicture(runs.data, name)).toBeUndefined();
    expect(await readPicture(runs.data, 'items.jsonl')).toBeUndefined();
    expect(await readPicture(runs.data, 'images/0.png')).toMatchObject({ type: 'image/png' });
  });

  it('does not open runs of different data, or one twice', async () => {
    const different = await mmrec('studio', runs.lightgcn, runs.other, '--no-open');
    expect(different.code).toBe(1);
    expect(different.stderr).toMatch(
      /studio: all runs must be of the same dataset, got \S+lightgcn of shop \(80 users, 60 items, [\d,]+ training interactions\) and \S+other of market \(40 users, 30 items, [\d,]+ training interactions\)\. Look at them one by one\.\n$/,
    );
    const twice = await mmrec('studio', runs.bm3, `${runs.bm3}/`, '--no-open');
    expect([twice.code, twice.stderr]).toEqual([
      2,
      `mmrec: studio: every run must be named once, got ${runs.bm3}/ twice.\n`,
    ]);
    const none = await mmrec('studio', join(runs.folder, 'shop'), '--no-open');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('config.json')]);
  });
});

describe('mapFields', () => {
  it('takes numbers, shared texts and the levels of paths, the rarest values as one', () => {
    const details = Array.from({ length: 40 }, (_, at) => ({
      title: `own ${at}`,
      price: at % 2 === 0 ? at : undefined,
      brand: `brand ${at % 20}`,
      sku: `sku ${at}`,
      same: 'all',
      categories: ['home', at % 2 === 0 ? 'lamps' : 'rugs'],
    }));
    const fields = mapFields(details, new Int32Array(40));
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['popularity', 'number'],
      ['price', 'number'],
      ['brand', 'category'],
      ['categories 2', 'category'],
    ]);
    expect(fields[1]).toMatchObject({ numbers: expect.arrayContaining([0, null, 2]) });
    expect(fields[2]).toMatchObject({ values: expect.arrayContaining(['brand 0', 'other']) });
    expect(fields.find((field) => field.kind === 'category')!.values).toHaveLength(12);
    expect(fields[3]).toMatchObject({
      values: ['lamps', 'rugs'],
      codes: expect.arrayContaining([1, 0]),
    });
  });
});
