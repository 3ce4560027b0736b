import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

/** Small runs for the tests of the page. */
export interface TestRuns {
  readonly folder: string;
  readonly data: string;
  /** Finished runs, of the same data. */
  readonly lightgcn: string;
  readonly bm3: string;
  /** Killed in its third epoch, while it wrote its history. */
  readonly killed: string;
  /** A finished run whose name is an attack on the page, and whose data has gone. */
  readonly evil: string;
  remove(): void;
}

/** The name of a folder that a page must show as it is. */
export const evilName = `<img src=x onerror="document.title='broken'"> & '`;

/** Trains for three epochs and cuts one of the runs. */
export async function makeTestRuns(): Promise<TestRuns> {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-plot-'));
  const path = (name: string) => join(folder, name);
  const data = path('shop');
  await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
  for (const model of ['lightgcn', 'bm3']) {
    const options = ['--epochs', '3', '--set', 'embeddingSize=8', '--backend', 'wasm'];
    const { code, stderr } = await mmrec(
      ...['train', model, '--data', data, '--out', path(model), ...options],
    );
    if (code !== 0) throw new Error(stderr);
  }
  const edit = (file: string, change: (text: string) => string) => {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  cpSync(path('bm3'), path('killed'), { recursive: true });
  rmSync(join(path('killed'), 'metrics.json'));
  edit(join(path('killed'), 'history.jsonl'), (text) => text.slice(0, -40));
  cpSync(path('lightgcn'), path(evilName), { recursive: true });
  edit(join(path(evilName), 'config.json'), (text) => text.replaceAll('shop', 'gone'));
  return {
    folder,
    data,
    lightgcn: path('lightgcn'),
    bm3: path('bm3'),
    killed: path('killed'),
    evil: path(evilName),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
