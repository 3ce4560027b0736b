import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';

/** Small runs for the tests of the studio. */
export interface StudioRuns {
  readonly folder: string;
  readonly data: string;
  /** Runs of the same data. */
  readonly lightgcn: string;
  readonly bm3: string;
  /** A run of other data. */
  readonly other: string;
  remove(): void;
}

/** Items with pictures: one that is one, one that leads out of the folder, one that isn't there. */
export const pictured = { good: 0, escaping: 1, missing: 2 } as const;

/** A red pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
);

/** Trains two models for three epochs on a small catalogue that has some pictures, and one on another. */
export async function makeStudioRuns(): Promise<StudioRuns> {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-studio-'));
  const path = (name: string) => join(folder, name);
  const [data, otherData] = [path('shop'), path('market')];
  await writeSynth(data, { seed: 1, numUsers: 80, numItems: 60 });
  await writeSynth(otherData, { seed: 2, numUsers: 40, numItems: 30 });
  addPictures(data);
  writeFileSync(path('secret.png'), png);
  await train('lightgcn', data, path('lightgcn'));
  await train('bm3', data, path('bm3'));
  await train('lightgcn', otherData, path('other'));
  return {
    folder,
    data,
    lightgcn: path('lightgcn'),
    bm3: path('bm3'),
    other: path('other'),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addPictures(data: string): void {
  mkdirSync(join(data, 'images'));
  writeFileSync(join(data, 'images', `${pictured.good}.png`), png);
  const items = readLines(join(data, 'items.jsonl')).map((line) => JSON.parse(line) as object);
  Object.assign(items[pictured.escaping]!, { image: '../secret.png' });
  Object.assign(items[pictured.missing]!, { image: 'images/none.png' });
  writeFileSync(
    join(data, 'items.jsonl'),
    items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  );
}

const readLines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

async function train(model: string, data: string, out: string): Promise<void> {
  // One thread each: several test files train at the same time.
  const options = [
    '--epochs',
    '3',
    '--set',
    'embeddingSize=8',
    '--backend',
    'wasm',
    '--threads',
    '1',
  ];
  const { code, stderr } = await mmrec('train', model, '--data', data, '--out', out, ...options);
  if (code !== 0) throw new Error(stderr);
}
