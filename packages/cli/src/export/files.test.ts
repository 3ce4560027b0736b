import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { itemsByUser } from '@mmrec/core';
import { DuckDBInstance } from '@duckdb/node-api';
import { readNpy, readSafetensors } from '@mmrec/features';
import { loadRun, serveModel, unpackServingModel } from '@mmrec/serve';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRun } from '../open-run.js';
import { mmrec } from '../run-main.js';
import { changeRun, exactLists, makeTestRun, sameNumbers } from './make-test-run.js';
import { checkOnnxSize } from './onnx-files.js';
import type { ExportedRun } from './exported-run.js';

let folder: string;
let run: string;
const at = (name: string) => join(folder, name);
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-export-'));
  run = await makeTestRun(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Every item with its score for a user, by inner products. */
async function allScores(user: number): Promise<{ items: string[]; scores: number[] }> {
  const { run: opened, embeddings } = await openRun(run);
  const [users, items] = [embeddings.users.arraySync(), embeddings.items.arraySync()];
  const scores = items.map((row) =>
    row.reduce((sum, value, at) => sum + value * users[user]![at]!, 0),
  );
  return { items: [...opened.ids.items], scores };
}

describe('mmrec export --to npy', () => {
  it('writes both matrices with ids and titles', async () => {
    const { code, stdout } = await mmrec('export', run, '--to', 'npy');
    expect(code).toBe(0);
    const out = join(run, 'export-npy');
    expect(readdirSync(out).sort()).toEqual([
      ...['export.json', 'item_embeddings.npy', 'item_ids.json', 'item_titles.json'],
      ...['user_embeddings.npy', 'user_ids.json'],
    ]);
    expect(stdout).toContain(`${out}: export.json, item_embeddings.npy, `);
    expect(stdout).toContain('120 users, 90 items, 16 numbers each');
    const { run: opened } = await openRun(run);
    for (const kind of ['user', 'item'] as const) {
      const { shape, data } = await readNpy(join(out, `${kind}_embeddings.npy`));
      expect(shape).toEqual([kind === 'user' ? 120 : 90, 16]);
      expect(data).toEqual(opened.tensors[`${kind}_embeddings`]!.data);
      expect(readJson(join(out, `${kind}_ids.json`))).toEqual(opened.ids[`${kind}s`]);
    }
    expect(readJson(join(out, 'item_titles.json'))[0]).toMatch(/\w+ \w+/);
    expect(JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'))).toMatchObject({
      ...{ version: 1, format: 'npy', model: 'lightgcn', seed: 1 },
      ...{ users: 120, items: 90, embeddingSize: 16 },
    });
  });

  it('replaces an export when told to, and never anything else', async () => {
    const args = ['export', run, '--to', 'npy', '--out', at('again')];
    expect((await mmrec(...args)).code).toBe(0);
    const second = await mmrec(...args);
    expect(second.code).toBe(1);
    expect(second.stderr).toBe(
      `mmrec: export: ${at('again')} already holds an export. Replace it with --force.\n`,
    );
    writeFileSync(join(at('again'), 'item_ids.json'), 'old');
    expect((await mmrec(...args, '--force')).code).toBe(0);
    expect(readJson(join(at('again'), 'item_ids.json'))).toHaveLength(90);

    const foreign = await mmrec('export', run, '--to', 'npy', '--out', at('shop'), '--force');
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toContain(`${at('shop')} holds files that mmrec export did not write.`);
    const file = await mmrec('export', run, '--to', 'npy', '--out', join(run, 'config.json'));
    expect(file.stderr).toContain('export: --out must be a folder, got a file: ');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('prints Python that gives the top items', async (context) => {
    try {
      execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    } catch {
      process.stderr.write('SKIPPED: no Python with NumPy, the printed example is not run.\n');
      context.skip();
    }
    const out = at('python');
    const printed = await mmrec('export', run, '--to', 'npy', '--out', out, '-k', '5', '--json');
    const { query } = JSON.parse(printed.stdout) as { query: string };
    const program = query.replace(/\n(\[.*)$/, '\nprint(json.dumps($1))');
    const items = execFileSync('python3', ['-c', program], { encoding: 'utf8' });
    const expected = await allScores(0);
    const best = expected.items.toSorted((a, b) => scoreOf(expected, b) - scoreOf(expected, a));
    expect(JSON.parse(items)).toEqual(best.slice(0, 5));
  });
});

const scoreOf = ({ items, scores }: { items: string[]; scores: number[] }, item: string) =>
  scores[items.indexOf(item)]!;

describe('mmrec export --to parquet', () => {
  it('writes tables that DuckDB ranks by the printed query', async () => {
    const out = at("o'brien");
    const args = ['export', run, '--to', 'parquet', '--out', out, '-k', '7', '--json'];
    const { code, stdout, stderr } = await mmrec(...args);
    expect(code, stderr).toBe(0);
    const { query, files } = JSON.parse(stdout) as { query: string; files: string[] };
    expect(files).toEqual(['export.json', 'items.parquet', 'users.parquet']);
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const rows = (await connection.runAndReadAll(query)).getRows() as [string, string, number][];
    const types = await connection.runAndReadAll(
      `SELECT typeof(id), typeof(title), typeof(embedding), len(embedding), count(*) FROM '${out.replaceAll("'", "''")}/items.parquet' GROUP BY ALL`,
    );
    expect(types.getRows()).toEqual([['VARCHAR', 'VARCHAR', 'FLOAT[]', 16n, 90n]]);
    const expected = await allScores(0);
    const best = expected.items.toSorted((a, b) => scoreOf(expected, b) - scoreOf(expected, a));
    expect(rows.map(([id]) => id)).toEqual(best.slice(0, 7));
    rows.forEach(([id, title, score]) => {
      expect(title).toMatch(/\w/);
      expect(score).toBeCloseTo(scoreOf(expected, id), 5);
    });
    connection.closeSync();
    database.closeSync();
  });

  it('writes what is large in several row groups', async () => {
    const wide = await changeRun(run, at('wide'), { embeddingSize: 8800 });
    expect((await mmrec('export', wide, '--to', 'parquet')).code).toBe(0);
    const { buffer } = readFileSync(join(wide, 'export-parquet', 'users.parquet'));
    const file = buffer as ArrayBuffer;
    expect(parquetMetadata(file).row_groups).toHaveLength(2);
    const rows = await parquetReadObjects({ file });
    const { tensors } = await readSafetensors(join(wide, 'model.safetensors'));
    const written = rows.flatMap((row) => row['embedding'] as number[]);
    expect(sameNumbers(written, tensors['user_embeddings']!)).toBe(true);
  });

  it('has no titles where none are known', async () => {
    const bare = await changeRun(run, at('bare'), { data: at('nowhere') });
    const { stdout, code } = await mmrec('export', bare, '--to', 'parquet');
    expect(code).toBe(0);
    expect(stdout).not.toContain('title');
  });
});

describe('mmrec export --to onnx', () => {
  const integers = (values: readonly number[], shape: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), shape);

  it('ranks as the exact search does, for all users at once', async () => {
    const { code, stdout, stderr } = await mmrec('export', run, '--to', 'onnx');
    expect(code, stderr).toBe(0);
    const out = join(run, 'export-onnx');
    expect(stdout).toContain(join(out, 'recommend.onnx'));
    const session = await InferenceSession.create(join(out, 'recommend.onnx'));
    expect(session.inputNames).toEqual(['user', 'k', 'excluded']);
    const { run: opened, dataset } = await openRun(run);
    const ids = readJson(join(out, 'item_ids.json'));
    const { offsets, items: seen } = itemsByUser(dataset.train);
    const users = opened.ids.users.map((_, row) => row);
    const pairs = users.flatMap((user) =>
      [...seen.subarray(offsets[user]!, offsets[user + 1]!)].flatMap((item) => [user, item]),
    );
    const { items, scores } = await session.run({
      user: integers(users, [users.length]),
      k: integers([10], [1]),
      excluded: integers(pairs, [pairs.length / 2, 2]),
    });
    expect(items!.dims).toEqual([120, 10]);
    const exact = await exactLists(run, opened.ids.users, 10);
    for (const [row, user] of opened.ids.users.entries()) {
      const list = [...(items!.data as BigInt64Array)].slice(row * 10, row * 10 + 10);
      expect(list.map((item) => ids[Number(item)])).toEqual(
        exact.get(user)!.map(({ item }) => item),
      );
      exact.get(user)!.forEach(({ score }, place) => {
        expect((scores!.data as Float32Array)[row * 10 + place]).toBeCloseTo(score, 5);
      });
    }
  });

  it('prints a program that gives the same', async () => {
    const args = ['export', run, '--to', 'onnx', '--out', at('printed'), '-k', '6', '--json'];
    const { query } = JSON.parse((await mmrec(...args)).stdout) as { query: string };
    // Packages are found from here.
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const program = `${query}\nconsole.log(JSON.stringify([...items.data].map(Number)));`;
    const module = ['--input-type=module', '-e', program];
    const rows = execFileSync(process.execPath, module, { cwd, encoding: 'utf8' });
    const { items, scores } = await allScores(0);
    const best = items.map((_, row) => row).toSorted((a, b) => scores[b]! - scores[a]!);
    expect(JSON.parse(rows)).toEqual(best.slice(0, 6));
  });

  it('takes no exclusions, and more items than there are', async () => {
    const session = await InferenceSession.create(join(run, 'export-onnx', 'recommend.onnx'));
    const all = await session.run({
      user: integers([3, 3], [2]),
      k: integers([1000], [1]),
      excluded: integers([], [0, 2]),
    });
    expect(all['items']!.dims).toEqual([2, 90]);
    const one = await session.run({
      user: integers([3], [1]),
      k: integers([90], [1]),
      excluded: integers([0, 5], [1, 2]),
    });
    expect((one['items']!.data as BigInt64Array).at(-1)).toBe(5n);
    expect((one['scores']!.data as Float32Array).at(-1)).toBe(-Infinity);
  });

  it('takes any embedding, without the users', async () => {
    const out = at('by-embedding');
    const args = ['export', run, '--to', 'onnx', '--input', 'embedding', '--out', out];
    const { code, stdout } = await mmrec(...args);
    expect(code).toBe(0);
    expect(stdout).toContain("user_embedding: new Tensor('float32', embedding, [1, 16]),");
    expect(readdirSync(out)).not.toContain('user_ids.json');
    const session = await InferenceSession.create(join(out, 'recommend.onnx'));
    const { tensors } = (await openRun(run)).run;
    const embedding = (tensors['user_embeddings']!.data as Float32Array).slice(32, 48);
    const { items } = await session.run({
      user_embedding: new Tensor('float32', embedding, [1, 16]),
      k: integers([90], [1]),
      excluded: integers([], [0, 2]),
    });
    const expected = await allScores(2);
    const ranked = [...(items!.data as BigInt64Array)].map((row) => expected.scores[Number(row)]!);
    expect(ranked).toEqual(ranked.toSorted((a, b) => b - a));
  });

  it('refuses more than the format holds', () => {
    const table = (gibibytes: number) => ({
      ids: [],
      data: { byteLength: gibibytes * 2 ** 30 } as Float32Array,
    });
    const large = { users: table(3), items: table(1) } as unknown as ExportedRun;
    expect(() => checkOnnxSize(large, 'user')).toThrow(
      'export: an ONNX file holds less than 2 GiB, the embeddings are 4.0 GiB. Leave the users out with --input embedding.',
    );
    expect(() => checkOnnxSize(large, 'embedding')).not.toThrow();
    const larger = { ...large, items: table(2) } as unknown as ExportedRun;
    expect(() => checkOnnxSize(larger, 'embedding')).toThrow(
      'the embeddings are 2.0 GiB. Export to npy or parquet instead.',
    );
  });
});

describe('mmrec export', () => {
  it.each([
    [[], 'export: --to must be one of npy, parquet, onnx, serving, pgvector, qdrant, got none.'],
    [
      ['--to', 'pgvectr'],
      "--to must be one of npy, parquet, onnx, serving, pgvector, qdrant, got 'pgvectr'.",
    ],
    [['--to', 'npy', '-k', '0'], "-k must be an integer ≥ 1, got '0'."],
    [['--to', 'npy', '--url', 'x'], 'export: --url is for --to pgvector, qdrant, got --to npy.'],
    [['--to', 'npy', '--no-seen'], 'export: --no-seen is for --to pgvector, qdrant, got --to npy.'],
    [['--to', 'onnx', '--input', 'id'], "--input must be one of user, embedding, got 'id'."],
    [
      ['--to', 'qdrant', '--out', 'x'],
      'export: --out is for --to npy, parquet, onnx, serving, got --to qdrant.',
    ],
    [
      ['--to', 'pgvector'],
      'export: --to pgvector needs --url, such as postgres://user@host:5432/database.',
    ],
  ])('refuses %o', async (flags, message) => {
    const { code, stderr } = await mmrec('export', run, ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses what is no run, or cannot be read', async () => {
    const none = await mmrec('export', at('shop'), '--to', 'npy', '--out', at('none'));
    expect(none.code).toBe(1);
    expect(none.stderr).toContain(`${at('shop')} must be a run folder, got none`);
    const newer = await changeRun(run, at('newer'), {});
    const config = JSON.parse(readFileSync(join(newer, 'config.json'), 'utf8')) as object;
    writeFileSync(join(newer, 'config.json'), JSON.stringify({ ...config, version: 2 }));
    const other = await mmrec('export', newer, '--to', 'npy', '--out', at('none'));
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('version must be 1, got 2. Read this run with the mmrec that');
    const diverged = await changeRun(run, at('diverged'), { firstNumber: NaN });
    const odd = await mmrec('export', diverged, '--to', 'npy', '--out', at('none'));
    expect(odd.stderr).toContain("embeddings must be finite numbers, got NaN for user '");
    expect(existsSync(at('none'))).toBe(false);
  });
});

describe('mmrec export --to serving', () => {
  it('writes a file that is loaded as in a browser, with users or without', async () => {
    const { code, stdout } = await mmrec('export', run, '--to', 'serving', '-k', '3');
    expect(code).toBe(0);
    expect(stdout).toContain("const served = await loadRun('/model.serving');");
    const read = (out: string) => {
      const bytes = readFileSync(join(out, 'model.serving'));
      const file = new Uint8Array(bytes).buffer;
      return serveModel(unpackServingModel(file, 'model.serving'));
    };
    const all = read(join(run, 'export-serving'));
    const direct = await loadRun(run);
    const history = { history: ['1', '2'] };
    expect(all.recommend({ user: '5' })).toEqual(direct.recommend({ user: '5' }));
    const flags = ['--users', 'none', '--out', at('public')];
    expect((await mmrec('export', run, '--to', 'serving', ...flags)).code).toBe(0);
    const bare = read(at('public'));
    expect(bare.info.users).toBe(0);
    expect(bare.recommend(history)).toEqual(direct.recommend(history));
    expect((await mmrec('export', run, '--to', 'npy', '--users', 'none')).stderr).toBe(
      'mmrec: export: --users is for --to serving, got --to npy.\n',
    );
  });
});
