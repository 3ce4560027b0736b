import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { models } from '../models.js';
import { writeSynth } from '../synth.js';
import { contentsOf, runInProcess } from './run-in-process.js';

/** Vitest's setup names every back end of the machine in it. */
const backends = (process.env['MMREC_BACKENDS'] ?? 'wasm,cpu').split(',');

let folder: string;
let data: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-determinism-'));
  data = join(folder, 'shop');
  await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Trains in a process of its own and returns what the run holds. */
async function train(model: string, name: string, flags: readonly string[]) {
  const run = join(folder, name);
  const settings = ['embeddingSize=8', 'batchSize=64'].flatMap((set) => ['--set', set]);
  const args = ['train', model, '--data', data, '--out', run, '--epochs', '2', ...settings];
  const { code, stderr } = await runInProcess([...args, ...flags]);
  expect(code, stderr).toBe(0);
  const { config, ...contents } = contentsOf(run);
  expect(config).toMatchObject({ backend: flags[1] });
  return contents;
}

// On wasm the second process computes on two threads: the result doesn't depend on them.
const threads: Readonly<Record<string, readonly [string, string]>> = {
  wasm: ['1', '2'],
  cpu: ['1', '1'],
  tensorflow: ['2', '2'],
};

for (const backend of backends) {
  const [first, second] = threads[backend]!;
  it.each(Object.keys(models))(
    `%s on ${backend}: two processes with the same seed (threads ${first} and ${second}) give the same bytes`,
    async (model) => {
      const flags = (count: string) => ['--backend', backend, '--threads', count];
      const one = await train(model, `${model}-${backend}-one`, flags(first));
      const two = await train(model, `${model}-${backend}-two`, flags(second));
      expect(two).toEqual(one);
    },
  );
}

it('another seed gives another model', async () => {
  const flags = ['--backend', 'wasm', '--threads', '1', '--seed'];
  const one = await train('lightgcn', 'seed-1', [...flags, '1']);
  const two = await train('lightgcn', 'seed-2', [...flags, '2']);
  expect(two['model']).not.toBe(one['model']);
});
