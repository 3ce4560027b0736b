import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset } from '@mmrec/data';
import { inspectFeatures, readFeatureFolder } from '@mmrec/features';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { models } from './models.js';
import { mmrec as run } from './run-main.js';

const soak = process.env['MMREC_SOAK'] !== undefined;
const size = soak ? ['2000', '3000'] : ['500', '1200'];

/** Runs the command and gives what it prints; its exit code must be as expected. */
async function mmrec(args: readonly string[], expected = 0) {
  const printed = await run(...args);
  expect(printed.code, printed.stderr).toBe(expected);
  return printed;
}

interface GroupLine {
  readonly group: string;
  readonly newItems: 'trained' | 'content';
  readonly items: number;
  readonly among: Readonly<Record<string, number>>;
  readonly amongAll: Readonly<Record<string, number>>;
}

let folder: string;
const at = (name: string) => join(folder, name);
const wasm = ['--backend', 'wasm'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmrec-missing-'));
  const [items, users] = size as [string, string];
  const counts = ['--items', items, '--users', users];
  await mmrec(['data', 'synth', '--images', '--out', at('shop'), ...counts]);
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Trains a model and gives its groups of items, new ones by training and by content. */
async function judgeColdItems(model: string, epochs: string): Promise<GroupLine[]> {
  const run = at(`run-${model}`);
  await mmrec(['train', model, '--data', at('cold'), '--out', run, '--epochs', epochs, ...wasm]);
  const { stdout } = await mmrec(['evaluate', run, '--cold', '--json', ...wasm]);
  return (JSON.parse(stdout) as { groups: GroupLine[] }).groups;
}

const lineOf = (lines: readonly GroupLine[], group: string, newItems: GroupLine['newItems']) =>
  lines.find((line) => line.group === group && line.newItems === newItems)!;

describe('new items of the demonstration catalogue', () => {
  beforeAll(async () => {
    const { stdout } = await mmrec(['data', 'split', '--data', at('shop'), '--out', at('cold')]);
    expect(stdout).toMatch(/: \d+ of \d+ items are new, \d+ \/ \d+ \/ \d+ interactions\n$/);
  });

  it('have all their interactions in test, the others where they were', async () => {
    const [before, after] = [await readDataset(at('shop')), await readDataset(at('cold'))];
    const manifest = JSON.parse(await readFile(at('cold/manifest.json'), 'utf8')) as {
      derived: { coldItems: number[]; share: number };
    };
    const cold = new Set(manifest.derived.coldItems);
    const total = ({ train, validation, test }: typeof before) =>
      train.items.length + validation.items.length + test.items.length;
    expect(total(after)).toBe(total(before));
    expect([...after.train.items, ...after.validation.items].some((item) => cold.has(item))).toBe(
      false,
    );
    expect(cold.size / new Set(before.train.items).size).toBeCloseTo(0.2, 2);
  });

  it('are ranked by their content for the users who like it, where training says nothing of them', async () => {
    const lines = await judgeColdItems('lightgcn', '60');
    const [trained, content] = [lineOf(lines, 'new', 'trained'), lineOf(lines, 'new', 'content')];
    expect(trained.among['auc']).toBeGreaterThan(0.45);
    expect(trained.among['auc']).toBeLessThan(0.55);
    expect(content.among['auc']).toBeGreaterThan(0.62);
    expect(content.among['recall@20']).toBeGreaterThan(1.5 * (20 / content.items));
    // Among all items too they are found now, and others are still.
    const all = lineOf(lines, 'all', 'content');
    expect(content.amongAll['recall@20']).toBeGreaterThan(4 * trained.amongAll['recall@20']!);
    expect(all.among['recall@20']).toBeGreaterThan(
      lineOf(lines, 'all', 'trained').among['recall@20']!,
    );
  });

  it('are recommended, alone or with the others', async () => {
    const manifest = JSON.parse(await readFile(at('cold/manifest.json'), 'utf8')) as {
      derived: { coldItems: number[] };
    };
    const list = async (...flags: string[]) => {
      const user = ['--user', '0', '--json', ...wasm];
      const { stdout } = await mmrec(['recommend', at('run-lightgcn'), ...user, ...flags]);
      return (JSON.parse(stdout) as { items: { item: string }[] }[])[0]!.items.map(({ item }) =>
        Number(item),
      );
    };
    const { train } = await readDataset(at('cold'));
    const known = new Set(train.items);
    const onlyNew = await list('--only-new');
    expect(onlyNew).toHaveLength(10);
    expect(onlyNew.some((item) => known.has(item))).toBe(false);
    expect(onlyNew.some((item) => manifest.derived.coldItems.includes(item))).toBe(true);
    expect((await list('--cold', 'neighbors')).length).toBe(10);
    const wrong = ['recommend', at('run-lightgcn'), '--user', '0', '--cold', 'ridges', ...wasm];
    expect((await mmrec(wrong, 2)).stderr).toBe(
      "mmrec: --cold must be one of ridge, neighbors, got 'ridges'. Did you mean 'ridge'?\n",
    );
  });
});

describe('items of the demonstration catalogue that lack a modality', () => {
  beforeAll(async () => {
    const mask = ['features', 'mask', '--data', at('shop'), '--modalities', 'visual'];
    const { stdout } = await mmrec([...mask, '--out', at('masked')]);
    expect(stdout).toMatch(/: \d+ of \d+ items lack visual features\n$/);
  });

  it('are the same share of new, cold and warm ones, with zeros in the file', async () => {
    const { visual, textual } = await readFeatureFolder(at('masked'));
    const { train } = await readDataset(at('masked'));
    const degrees = new Int32Array(visual!.rows);
    for (const item of train.items) degrees[item]!++;
    for (const belongs of [(n: number) => n > 0 && n <= 5, (n: number) => n > 5]) {
      const group = [...degrees.keys()].filter((item) => belongs(degrees[item]!));
      const lacking = group.filter((item) => visual!.missing![item] === 1);
      expect(lacking.length).toBe(Math.round(0.3 * group.length));
    }
    expect(textual!.missing).toBeUndefined();
  });

  it('are completed better than by the mean: learned, judged on hidden rows', async () => {
    const compare = ['features', 'complete', '--data', at('masked'), '--compare', '--json'];
    const { stdout } = await mmrec([...compare, ...wasm]);
    const scores = JSON.parse(stdout) as {
      modality: string;
      method: string;
      error: number;
      cosine: number;
    }[];
    const of = (method: string) =>
      scores.find((score) => score.modality === 'visual' && score.method === method)!;
    expect(of('mean').error).toBeCloseTo(1, 6);
    for (const method of ['neighbors', 'propagation', 'learned']) {
      expect(of(method).error, method).toBeLessThan(1);
      expect(of(method).cosine, method).toBeGreaterThan(0.05);
    }
    // Five hundred items are few to learn 400 weights a feature from.
    if (soak) expect(of('learned').error).toBeLessThan(0.9);
  });

  it('are completed in a folder of their own, what is known bit for bit as it was', async () => {
    const complete = ['features', 'complete', '--data', at('masked'), '--out', at('completed')];
    const { stderr } = await mmrec([...complete, '--method', 'propagation', ...wasm]);
    expect(stderr).toMatch(/: visual features of \d+ items completed\n$/);
    const [before, after] = [
      await readFeatureFolder(at('masked')),
      await readFeatureFolder(at('completed')),
    ];
    expect(after['visual']!.missing).toBeUndefined();
    const { rows, columns, data, missing } = before['visual']!;
    for (let row = 0; row < rows; row++) {
      if (missing![row]) continue;
      const part = [row * columns, (row + 1) * columns] as const;
      expect(after['visual']!.data.subarray(...part)).toEqual(data.subarray(...part));
    }
    expect((await mmrec(complete, 1)).stderr).toContain('is already there. Choose another --out');
    expect((await mmrec(complete.slice(0, 4), 2)).stderr).toBe(
      'mmrec: features complete: --out must name a folder for the completed dataset, or --compare must be given.\n',
    );
  });

  it('keep the formats and the precision of their files', async () => {
    const source = at('formats');
    await cp(at('shop'), source, { recursive: true });
    const convert = async (from: string, to: string, ...flags: string[]) => {
      await mmrec(['features', 'convert', join(source, from), join(source, to), ...flags]);
      await rm(join(source, from));
    };
    await convert('image_feat.npy', 'image_feat.safetensors', '--float16');
    await convert('text_feat.npy', 'text_feat.parquet');
    await mmrec(['features', 'mask', '--data', source, '--out', at('formats-masked')]);
    const from = ['--data', at('formats-masked'), '--method', 'propagation', ...wasm];
    await mmrec(['features', 'complete', ...from, '--out', at('formats-completed')]);
    for (const folder of ['formats-masked', 'formats-completed']) {
      const summaries = (await inspectFeatures(at(folder))).map(({ file, dtype, zeroRows }) => [
        ...[file, dtype, zeroRows > 0],
      ]);
      expect(summaries).toEqual([
        ['image_feat.safetensors', 'F16', folder === 'formats-masked'],
        ['text_feat.parquet', 'FLOAT', folder === 'formats-masked'],
      ]);
    }
    const [before, after] = [
      await readFeatureFolder(source),
      await readFeatureFolder(at('formats-completed')),
    ];
    const { missing } = (await readFeatureFolder(at('formats-masked')))['visual']!;
    const { columns, data } = before['visual']!;
    missing!.forEach((flag, row) => {
      const part = [row * columns, (row + 1) * columns] as const;
      if (!flag) expect(after['visual']!.data.subarray(...part)).toEqual(data.subarray(...part));
    });
  });

  it('replaces a folder only once the new one is finished', async () => {
    const out = at('replaced');
    const mask = ['features', 'mask', '--data', at('shop'), '--modalities', 'visual'];
    await mmrec([...mask, '--out', out]);
    expect((await mmrec([...mask, '--out', out], 1)).stderr).toContain('is already there');
    await mmrec([...mask, '--out', out, '--force', '--share', '0.5']);
    const { derived } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as {
      derived: { share: number };
    };
    expect(derived.share).toBe(0.5);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(soak ? Object.keys(models) : ['bm3', 'lightgcn'])(
    'are trained with by %s, and judged apart',
    async (model) => {
      const run = at(`masked-${model}`);
      const small = ['--epochs', '1', '--set', 'embeddingSize=16', ...wasm];
      await mmrec(['train', model, '--data', at('masked'), '--out', run, ...small]);
      const { stdout } = await mmrec(['evaluate', run, '--groups', '--json', ...wasm]);
      const { groups } = JSON.parse(stdout) as { groups: GroupLine[] };
      const names = groups.map(({ group }) => group);
      const byFeatures = models[model]!.needsFeatures ? ['with visual', 'without visual'] : [];
      expect(names.filter((name) => name !== 'new')).toEqual([
        'all',
        'cold',
        'warm',
        ...byFeatures,
      ]);
      for (const { among } of groups) expect(Number.isFinite(among['auc'])).toBe(true);
    },
    600_000,
  );
});

// Minutes a model: by `pnpm test:soak`.
describe.skipIf(!soak)('every model on the whole catalogue', () => {
  it.each([
    ['alignrec', '30'],
    ['bm3', '150'],
    ['lgmrec', '30'],
    ['mmssl', '10'],
    ['vbpr', '60'],
  ])(
    '%s ranks new items by their content far above chance',
    async (model, epochs) => {
      const lines = await judgeColdItems(model, epochs);
      expect(lineOf(lines, 'new', 'content').among['auc']).toBeGreaterThan(0.62);
    },
    1_800_000,
  );
});
