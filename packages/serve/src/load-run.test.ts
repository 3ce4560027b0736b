import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '@mmrec/features';
import { useBackend } from '@mmrec/ops';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { loadRun as loadInBrowser } from './browser.js';
import { loadRun } from './load-run.js';
import { readServingModel } from './model/read-serving-model.js';
import type { ServedModel } from './recommend/serve-model.js';
import { writeServingFile } from './write-serving-file.js';
import { testRunSize, writeTestRun } from './write-test-run.js';

let folder: string;
let run: string;
let served: ServedModel;

beforeAll(async () => {
  await useBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'mmrec-serve-'));
  run = await writeTestRun(folder);
  served = await loadRun(run);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('loadRun', () => {
  it('reads a run with titles, fields, histories and features', () => {
    expect(served.info).toEqual({
      model: 'test',
      users: testRunSize.numUsers,
      items: testRunSize.numItems,
      embeddingSize: testRunSize.d,
      modalities: { visual: testRunSize.d },
      fields: ['title', 'kind'],
      index: { kind: 'exact', recall: 1 },
    });
    const { items } = served.recommend({ user: '4' }, { k: 40 });
    expect(items).toHaveLength(testRunSize.numItems - 3);
    expect(items.map(({ item }) => item)).not.toContain('4');
    expect(items[0]!.title).toBe(`Thing ${items[0]!.item}`);
  });

  it('makes items of their features as the run learned to', async () => {
    // The features are the embeddings: what is like an item's features is the item.
    const { data } = await readNpy(join(folder, 'shop', 'image_feat.npy'));
    const row = data.slice(6 * 9, 6 * 10);
    const [first] = served.recommend({ features: { visual: row } }, { k: 1 }).items;
    expect(first!.item).toBe('9');
  });

  it('says what is wrong with a folder', async () => {
    await expect(loadRun(join(folder, 'shop'))).rejects.toThrow('must be a run folder, got none');
    const other = await writeTestRun(folder, { name: 'newer' });
    const file = join(other, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, version: 2 }));
    await expect(loadRun(other)).rejects.toThrow(
      'version must be 1, got 2. Read this run with the mmrec that wrote it (1.2.3).',
    );
    await expect(loadRun(run, { data: join(folder, 'nowhere') })).rejects.toThrow(
      `the dataset was at ${join(folder, 'nowhere')}, and isn't there now.`,
    );
  });
});

describe('a serving file', () => {
  const address = (file: string) =>
    `data:application/octet-stream;base64,${readFileSync(file).toString('base64')}`;

  it('answers in a browser as the run does', async () => {
    const file = join(folder, 'run.serving');
    await writeServingFile(file, await readServingModel(run));
    const inBrowser = await loadInBrowser(address(file));
    for (const request of [
      { user: '4', k: 12 },
      { history: ['1', '2'], k: 5, filter: { kind: 'odd' } },
      { items: ['7'], k: 3 },
      { history: [] },
    ]) {
      expect(inBrowser.recommend(request, request)).toEqual(served.recommend(request, request));
    }
    expect(inBrowser.explain({ user: '4' }, '9').byHistory).toEqual(
      served.explain({ user: '4' }, '9').byHistory,
    );
  });

  it('makes new items of their features as the run does', async () => {
    const file = join(folder, 'run.serving');
    await writeServingFile(file, await readServingModel(run));
    const [inBrowser, here] = [await loadInBrowser(address(file)), await loadRun(run)];
    const { data } = await readNpy(join(folder, 'shop', 'image_feat.npy'));
    const features = { visual: data.slice(0, 6) };
    expect(inBrowser.info).toEqual(here.info);
    for (const each of [inBrowser, here]) each.addItem({ id: 'new', features });
    const query = { features: { visual: data.slice(18, 24) } };
    for (const ask of [{ user: '4' }, { history: ['new'] }, query]) {
      expect(inBrowser.recommend(ask, { k: 30 })).toEqual(here.recommend(ask, { k: 30 }));
    }
    expect(inBrowser.explain({ user: '4' }, 'new')).toEqual(here.explain({ user: '4' }, 'new'));
    here.dispose();
  });

  it('holds nobody when it is to be public', async () => {
    const file = join(folder, 'public.serving');
    await writeServingFile(file, await readServingModel(run), { users: 'none' });
    const inBrowser = await loadInBrowser(address(file));
    expect(inBrowser.info.users).toBe(0);
    const request = { history: ['1', '2'], k: 5 };
    expect(inBrowser.recommend(request, request)).toEqual(served.recommend(request, request));
    expect(inBrowser.recommend({ history: [] })).toEqual(served.recommend({ history: [] }));
  });

  it('is refused when it is none, damaged or cut', async () => {
    const file = join(folder, 'run.serving');
    const bytes = readFileSync(file);
    const load = (data: Buffer) =>
      loadInBrowser(`data:application/octet-stream;base64,${data.toString('base64')}`);
    await expect(load(Buffer.from('no'))).rejects.toThrow('must be a serving file');
    await expect(load(bytes.subarray(0, bytes.length - 8))).rejects.toThrow('the file is damaged');
    await expect(load(readFileSync(join(run, 'model.safetensors')))).rejects.toThrow(
      'must be a serving file of format mmrec-serving-1, got another file.',
    );
  });
});
