import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mmrec/ops';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRunApart } from './load-run-apart.js';
import { loadRun } from './load-run.js';
import { writeTestRun } from './write-test-run.js';

let folder: string;
let run: string;
const { signal } = new AbortController();
const scratches = () => readdirSync(tmpdir()).filter((name) => name.startsWith('mmrec-load-'));

beforeAll(async () => {
  await useBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'mmrec-apart-'));
  run = await writeTestRun(folder);
  // Runs that other tests load leave their folders elsewhere.
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) vi.stubEnv(name, folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('loadRunApart', () => {
  it.each(['exact', 'hnsw'] as const)(
    'answers as a run that was loaded here: %s',
    async (index) => {
      const options = { index, maxK: 30 };
      const here = await loadRun(run, options).catch((error: unknown) => error as Error);
      if (here instanceof Error) {
        process.stderr.write(`SKIPPED: ${here.message}\n`);
        return;
      }
      const before = scratches();
      const apart = await loadRunApart(run, options, signal);
      expect(scratches()).toEqual(before);
      expect(apart.info).toEqual(here.info);
      for (const each of [here, apart])
        each.addItem({ id: 'new', features: { visual: [1, 2, 3, 4, 5, 6] } });
      for (const query of [{ user: '4' }, { history: ['1', 'new'] }, { items: ['7'] }]) {
        expect(apart.recommend(query, { k: 30 })).toEqual(here.recommend(query, { k: 30 }));
      }
      expect(apart.explain({ user: '4' }, '9')).toEqual(here.explain({ user: '4' }, '9'));
      for (const each of [here, apart]) each.dispose();
    },
  );

  it('says what is wrong with a run, and ends when it is told to', async () => {
    const before = scratches();
    const wrong = await writeTestRun(folder, { name: 'wrong' });
    writeFileSync(join(wrong, 'ids.json'), '{');
    const here = await loadRun(wrong).catch((error: unknown) => (error as Error).message);
    await expect(loadRunApart(wrong, {}, signal)).rejects.toThrow(here as string);
    const end = new AbortController();
    const loading = loadRunApart(run, {}, end.signal);
    end.abort();
    await expect(loading).rejects.toThrow(`loadRun: loading ${run} was stopped.`);
    expect(scratches()).toEqual(before);
  });
});
