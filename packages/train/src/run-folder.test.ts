import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { tinyWorld } from '@mmrec/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkRunFolder, createRunFolder, readRun, type RunConfig } from './run-folder.js';
import { createFactorization } from './toy-models.js';

beforeAll(async () => {
  await useBackend('cpu');
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const config: Omit<RunConfig, 'version'> = {
  model: 'factorization',
  protocol: 'mmrec',
  seed: 7,
  metric: 'recall@20',
  modelOptions: { embeddingSize: 3 },
  trainingOptions: { epochs: 2 },
  dataset: {
    path: 'data',
    name: 'tiny',
    numUsers: 12,
    numItems: 20,
    train: 72,
    validation: 12,
    test: 0,
    modalities: [],
  },
  backend: 'cpu',
  versions: { '@mmrec/cli': '1.2.3' },
};
const ids = {
  users: Array.from({ length: 12 }, (_, user) => `u${user}`),
  items: Array.from({ length: 20 }, (_, item) => `item ${item} é`),
};
const model = () => createFactorization(tinyWorld(1), 3);

/** A finished run. */
async function writeRun(folder: string) {
  const writer = await createRunFolder(folder, { config, ids });
  const trained = model();
  await writer.appendHistory({
    epoch: 1,
    losses: { bpr: 0.7, total: 0.7 },
    learningRate: 1e-3,
    seconds: 1,
  });
  await writer.saveModel(trained);
  await writer.appendHistory({
    epoch: 2,
    losses: { bpr: 0.6, total: 0.6 },
    learningRate: 1e-3,
    seconds: 1,
  });
  await writer.finish({
    best: { epoch: 1, valid: { 'recall@20': 0.5 } },
    protocol: 'mmrec',
    stopped: 'epochs',
    epochs: 2,
    seconds: 2,
    peakMemoryMB: 100,
  });
  return { writer, trained };
}

describe('a run', () => {
  it('is read back as it was written', async () => {
    const folder = join(temporaryFolder(), 'runs', 'one');
    const { trained } = await writeRun(folder);
    const run = await readRun(folder);
    expect(run.folder).toBe(folder);
    expect(run.config).toEqual({ version: 1, ...config });
    expect(run.ids).toEqual(ids);
    const { users, items } = trained.parameters;
    const saved = { shape: [12, 3], data: users!.dataSync() };
    expect(Object.keys(run.tensors).sort()).toEqual([
      'item_embeddings',
      'items',
      'user_embeddings',
      'users',
    ]);
    expect(run.tensors['users']).toEqual(saved);
    expect(run.tensors['user_embeddings']).toEqual(saved);
    expect(run.tensors['items']).toEqual({ shape: [20, 3], data: items!.dataSync() });
    expect(
      readFileSync(join(folder, 'history.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).epoch),
    ).toEqual([1, 2]);
    expect(JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')).best).toEqual({
      epoch: 1,
      valid: { 'recall@20': 0.5 },
    });
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'history.jsonl',
      'ids.json',
      'metrics.json',
      'model.safetensors',
    ]);
  });

  it('holds the model as it was last saved, and saving leaves no tensors behind', async () => {
    const folder = temporaryFolder();
    const { writer, trained } = await writeRun(folder);
    const tensors = memory().numTensors;
    const other = createFactorization({ ...tinyWorld(1), rng: createRng(99) }, 3);
    await writer.saveModel(other);
    const { data } = (await readRun(folder)).tensors['users']!;
    expect(data).toEqual(other.parameters['users']!.dataSync());
    expect(data).not.toEqual(trained.parameters['users']!.dataSync());
    other.dispose();
    expect(memory().numTensors).toBe(tensors);
  });

  it('can be read before it is finished', async () => {
    const folder = temporaryFolder();
    const writer = await createRunFolder(folder, { config, ids });
    await writer.saveModel(model());
    expect((await readRun(folder)).config.model).toBe('factorization');
  });
});

describe('checkRunFolder', () => {
  it('keeps a run unless forced', async () => {
    const folder = temporaryFolder();
    expect(() => checkRunFolder(join(folder, 'new'))).not.toThrow();
    expect(() => checkRunFolder(folder)).not.toThrow();
    await createRunFolder(folder, { config, ids });
    expect(() => checkRunFolder(folder)).toThrow(
      new Error(
        `train: ${folder} already holds a run. Choose another --out, go on with the run with --resume, or replace it with --force.`,
      ),
    );
    expect(() => checkRunFolder(folder, true)).not.toThrow();
  });

  it('a new run replaces all files of the old one and no others', async () => {
    const folder = temporaryFolder();
    await writeRun(folder);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await createRunFolder(folder, { config: { ...config, seed: 8 }, ids });
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'ids.json', 'notes.txt']);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).seed).toBe(8);
  });
});

describe('readRun refuses', () => {
  it('a folder without a run', async () => {
    const folder = temporaryFolder();
    for (const path of [folder, join(folder, 'absent')]) {
      await expect(readRun(path)).rejects.toThrow(
        new Error(`readRun: ${path} must be a run folder, got none: it has no config.json.`),
      );
      expect(existsSync(join(folder, 'absent'))).toBe(false);
    }
  });

  it('a run stopped before its first epoch ended', async () => {
    const folder = temporaryFolder();
    await createRunFolder(folder, { config, ids });
    await expect(readRun(folder)).rejects.toThrow(
      new Error(
        `readRun: ${folder} must hold model.safetensors, got none: training was stopped before its first epoch ended.`,
      ),
    );
  });

  it.each([
    ['{"version":2,"versions":{"@mmrec/cli":"9.0.0"}}', '2', '9.0.0'],
    ['{"version":0}', '0', 'unknown'],
    ['{}', 'undefined', 'unknown'],
    ['null', 'undefined', 'unknown'],
  ])('another version: %s', async (text, version, writtenBy) => {
    const folder = temporaryFolder();
    await writeRun(folder);
    writeFileSync(join(folder, 'config.json'), text);
    await expect(readRun(folder)).rejects.toThrow(
      new Error(
        `readRun: ${join(folder, 'config.json')}: version must be 1, got ${version}. Read this run with the mmrec that wrote it (${writtenBy}).`,
      ),
    );
  });

  it.each(['config.json', 'ids.json'])('a truncated %s', async (file) => {
    const folder = temporaryFolder();
    await writeRun(folder);
    truncateSync(join(folder, file), 20);
    await expect(readRun(folder)).rejects.toThrow(`readRun: ${join(folder, file)} must be JSON: `);
  });

  it.each(['null', '{"users":["a"]}', '[]'])('ids.json that holds %s', async (text) => {
    const folder = temporaryFolder();
    await writeRun(folder);
    writeFileSync(join(folder, 'ids.json'), text);
    await expect(readRun(folder)).rejects.toThrow(
      new Error(
        `readRun: ${join(folder, 'ids.json')} must list users and items: the file is damaged.`,
      ),
    );
  });

  it.each([0, 7, 100])('a model truncated to %d bytes', async (length) => {
    const folder = temporaryFolder();
    await writeRun(folder);
    const file = join(folder, 'model.safetensors');
    truncateSync(file, length);
    await expect(readRun(folder)).rejects.toThrow(
      new RangeError(
        `readSafetensors: ${file}: the header must fit the file, got ${length} bytes: the file is truncated.`,
      ),
    );
  });

  it('embeddings that are not one an id', async () => {
    const folder = temporaryFolder();
    await writeRun(folder);
    writeFileSync(join(folder, 'ids.json'), JSON.stringify({ ...ids, items: ids.items.slice(1) }));
    await expect(readRun(folder)).rejects.toThrow(
      new Error(
        `readRun: ${join(folder, 'model.safetensors')}: item_embeddings must have 19 rows, one an id, got 20.`,
      ),
    );
  });
});
