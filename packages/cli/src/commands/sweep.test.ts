import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedis } from '../processes/find-redis.js';
import { mmrec } from '../run-main.js';
import type { ConfigurationSummary } from '../sweep/summarize-sweep.js';
import { readRecommendations } from '../recommend/recommendation-file.js';
import { writeSynth } from '../synth.js';

const bin = fileURLToPath(new URL('../../bin/mmrec.js', import.meta.url));
const soak = process.env['MMREC_SOAK'] === '1';
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-sweep-'));
  await writeSynth(at('shop'), { seed: 1, numUsers: 80, numItems: 50 });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function sweep(spec: object, ...flags: string[]) {
  writeFileSync(at('spec.json'), JSON.stringify({ data: at('shop'), backend: 'wasm', ...spec }));
  return mmrec('sweep', at('spec.json'), '--json', ...flags);
}

/** What a sweep found, without times. */
function summariesOf(stdout: string) {
  const { summaries } = JSON.parse(stdout) as { summaries: ConfigurationSummary[] };
  return summaries.map(({ seconds, ...others }) => ({ ...others, timed: seconds !== undefined }));
}

describe('mmrec sweep', () => {
  const grid = {
    epochs: 3,
    seeds: [1, 2],
    workers: 2,
    models: { lightgcn: { embeddingSize: [4, 8] } },
  };

  it('trains every trial as mmrec train does, tabulates, and only reads what is finished', async () => {
    const { code, stdout, stderr } = await sweep(grid, '--out', at('grid'));
    expect(code).toBe(0);
    expect(stderr).toContain('4 trials, up to 3 epochs, 2 at a time\n');
    expect(stderr).toMatch(/\[4\/4\] lightgcn-\w+-seed\d {2}valid recall@20 \.\d{4}\n/);
    const summaries = summariesOf(stdout);
    expect(summaries).toHaveLength(2);
    expect(summaries[0]).toMatchObject({ best: true, seeds: [1, 2], epochs: 3, failures: [] });

    const alone = ['train', 'lightgcn', '--data', at('shop'), '--out', at('alone'), '--seed', '2'];
    const set = `embeddingSize=${summaries[0]!.options['embeddingSize']}`;
    await mmrec(...alone, '--epochs', '3', '--set', set, '--backend', 'wasm', '--threads', '1');
    const trial = join(at('grid'), 'trials', `${summaries[0]!.id}-seed2`);
    const model = (run: string) => readFileSync(join(run, 'model.safetensors'));
    expect(model(trial).equals(model(at('alone')))).toBe(true);

    const before = readFileSync(join(trial, 'metrics.json'), 'utf8');
    const again = await sweep({ ...grid, seeds: [1, 2, 3] }, '--out', at('grid'));
    expect(summariesOf(again.stdout)[0]!.seeds).toEqual([1, 2, 3]);
    expect(readFileSync(join(trial, 'metrics.json'), 'utf8')).toBe(before);
    const csv = readFileSync(join(at('grid'), 'results.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(csv).toHaveLength(7);
    expect(csv[0]).toContain('trial,model,embeddingSize,seed,round,status,epochs,seconds,valid');
    expect(csv[0]).not.toContain('test');
    const page = readFileSync(join(at('grid'), 'results.html'), 'utf8');
    expect(page).toContain('<h1>Sweep of shop: grid</h1>');
    expect(page).toContain(`<b>${summaries[0]!.id}</b>`);
  });

  it('halves: the better configurations go on from where they were', async () => {
    const { code, stdout } = await sweep(
      {
        search: { method: 'halving', trials: 4, rounds: [1, 2], keep: 0.5 },
        models: { lightgcn: { learningRate: { min: 1e-4, max: 1e-1, scale: 'log' } } },
      },
      ...['--out', at('halving')],
    );
    expect(code).toBe(0);
    const rounds = summariesOf(stdout).map(({ round, epochs }) => [round, epochs]);
    expect(rounds).toEqual([
      [2, 2],
      [2, 2],
      [1, 1],
      [1, 1],
    ]);
    const { id } = summariesOf(stdout)[0]!;
    const history = readFileSync(join(at('halving'), 'trials', `${id}-seed1`, 'history.jsonl'));
    expect(history.toString().trim().split('\n')).toHaveLength(2);
  });

  it('reports a trial that fails, with the others’ results', async () => {
    const { code, stdout, stderr } = await sweep(
      // Twice as many negatives as memory: too wide a table for the back end.
      { epochs: 1, models: { lightgcn: { embeddingSize: [4, 500_000_000] } } },
      ...['--out', at('failing')],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/mmrec: sweep: 1 trials failed\. lightgcn-\w+-seed1: /);
    expect(summariesOf(stdout).map(({ best }) => best)).toEqual([true, false]);
  });

  it.each([
    [{ models: { lightgcn: { embedingSize: [4] } } }, "unknown option 'embedingSize'"],
    [{ models: { lightgcn: { embeddingSize: [] } } }, 'the grid is empty'],
    [
      { metric: 'recall20' },
      "metric must be one of recall, ndcg, precision, map, mrr, hit with a length such as recall@20, got 'recall20'.",
    ],
    [{ data: 'nowhere' }, "data must be a dataset folder, got 'nowhere'."],
  ])('refuses %j before anything runs', async (change, message) => {
    const { code, stderr } = await sweep({ ...grid, ...change }, '--out', at('refused'));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('says that no queue answers, and what an address looks like', async () => {
    const none = await sweep(grid, '--out', at('none'), '--queue', 'redis://127.0.0.1:1');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('--queue redis://127.0.0.1:1: no Redis answers: ');
    const odd = await sweep(grid, '--out', at('none'), '--queue', 'localhost:6379');
    expect(odd.code).toBe(2);
    expect(odd.stderr).toContain(
      "--queue must be an address such as redis://host:6379, got 'localhost:6379'.",
    );
  });
});

const redis = await findRedis('the queue of mmrec sweep');

describe('mmrec sweep --queue', () => {
  // The numbers in the soak test; else each of two workers is killed once, as soon as a trial is under way.
  const { trials, workers, killEvery, mostKills } = soak
    ? { trials: 24, workers: 3, killEvery: 10_000, mostKills: Infinity }
    : { trials: 4, workers: 2, killEvery: 20, mostKills: 2 };
  const numLines = (file: string) =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  const isUnderWay = (sweepFolder: string, epochs: number) =>
    readdirSync(join(sweepFolder, 'trials')).some((trial) => {
      const count = numLines(join(sweepFolder, 'trials', trial, 'history.jsonl'));
      return count > 0 && count < epochs;
    });

  it.skipIf(!redis)(
    `finishes ${trials} trials once each, whichever of ${workers} workers are killed in mid-trial`,
    { timeout: soak ? 1_800_000 : 300_000 },
    async () => {
      const spec = {
        epochs: soak ? 120 : 20,
        seeds: [1, 2],
        workers: 2,
        // Without patience all trials are as long.
        models: {
          bm3: {
            embeddingSize: Array.from({ length: trials / 2 }, (_, n) => 4 + 4 * n),
            patience: [0],
          },
        },
      };
      const { address, server } = await redis!(folder);
      const startWorker = () =>
        spawn(process.execPath, [bin, 'worker', '--queue', address, '--workers', '1'], {
          stdio: 'ignore',
        });
      const running = Array.from({ length: workers }, startWorker);
      let killed = 0;
      const killer = setInterval(() => {
        if (killed === mostKills || !existsSync(join(at('queued'), 'trials'))) return;
        if (!soak && !isUnderWay(at('queued'), spec.epochs)) return;
        const next = killed++ % workers;
        running[next]!.kill('SIGKILL');
        running[next] = startWorker();
      }, killEvery);
      try {
        const onQueue = await sweep(spec, '--out', at('queued'), '--queue', address);
        clearInterval(killer);
        expect(onQueue.code, onQueue.stderr).toBe(0);
        expect(killed).toBeGreaterThan(soak ? 0 : 1);
        for (const { id } of summariesOf(onQueue.stdout)) {
          for (const seed of spec.seeds) {
            const run = join(at('queued'), 'trials', `${id}-seed${seed}`);
            const history = readFileSync(join(run, 'history.jsonl'), 'utf8').trim().split('\n');
            // Every epoch once, whoever trained it.
            expect(history.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual(
              Array.from({ length: spec.epochs }, (_, epoch) => epoch + 1),
            );
          }
        }
        const single = await sweep(spec, '--out', at('single'));
        expect(summariesOf(onQueue.stdout)).toEqual(summariesOf(single.stdout));
        process.stderr.write(`${trials} trials, ${killed} workers killed\n`);

        // The same workers score all users, in shards.
        const run = join(at('queued'), 'trials', `${summariesOf(onQueue.stdout)[0]!.id}-seed1`);
        const all = async (out: string, ...flags: string[]) => {
          const args = ['recommend', run, '--all', '--out', at(out), '--backend', 'wasm'];
          const { code } = await mmrec(...args, ...flags);
          expect(code).toBe(0);
          return readRecommendations(at(out));
        };
        const shards = await all('shards.parquet', '--queue', address, '--shard-size', '30');
        expect(shards).toEqual(await all('whole.parquet'));
        expect(existsSync(at('shards.parquet.parts'))).toBe(false);
      } finally {
        clearInterval(killer);
        for (const worker of running) worker.kill('SIGKILL');
        server.kill('SIGKILL');
        await wait(200);
      }
    },
  );
});
