import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochRecord, RunMetrics } from '@mmrec/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evilName, makeTestRuns, type TestRuns } from '../plot/make-test-runs.js';
import type { PlotData } from '../plot/plot-data.js';
import { mmrec } from '../run-main.js';

let runs: TestRuns;

beforeAll(async () => {
  runs = await makeTestRuns();
});
afterAll(() => {
  runs.remove();
});

const plot = (...args: string[]) => mmrec('plot', '--backend', 'wasm', ...args);
const out = (name: string) => join(runs.folder, name);

/** What a page's script draws. */
function dataOf(page: string): PlotData {
  const [, json] = /id="page-data">(.*?)<\/script>/s.exec(readFileSync(page, 'utf8'))!;
  return JSON.parse(json!) as PlotData;
}

const metricsOf = (run: string) =>
  JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8')) as RunMetrics;
const historyOf = (run: string) =>
  readFileSync(join(run, 'history.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochRecord);

describe('mmrec plot', () => {
  it('writes the page of a run into its folder, and says how large it is', async () => {
    const { code, stdout } = await plot(runs.bm3);
    const page = join(runs.bm3, 'plot.html');
    const kilobytes = Math.ceil(readFileSync(page).length / 1000);
    expect(code).toBe(0);
    expect(stdout).toBe(`${page}: ${kilobytes} kB, open it in a browser\n`);
  });

  it('holds the history as it is, rounded', async () => {
    await plot(runs.bm3, '--out', out('history.html'));
    const [run] = dataOf(out('history.html')).runs;
    const records = historyOf(runs.bm3);
    const close = (values: readonly (number | null)[], expected: readonly number[]) => {
      expect(values).toHaveLength(expected.length);
      values.forEach((value, at) => {
        expect(Math.abs(value! - expected[at]!)).toBeLessThanOrEqual(
          5e-4 * Math.abs(expected[at]!),
        );
      });
    };
    expect(run!.epochs).toEqual([1, 2, 3]);
    expect(run!.bestEpoch).toBe(metricsOf(runs.bm3).best.epoch);
    for (const term of Object.keys(records[0]!.losses)) {
      close(
        run!.losses[term]!,
        records.map(({ losses }) => losses[term]!),
      );
    }
    for (const metric of Object.keys(records[0]!.valid!)) {
      close(
        run!.valid[metric]!,
        records.map(({ valid }) => valid![metric]!),
      );
    }
    const seconds = records.map((record) => record.seconds + record.evaluationSeconds!);
    const [first = 0, second = 0, third = 0] = seconds;
    close(run!.seconds, seconds);
    close(run!.elapsed, [first, first + second, first + second + third]);
  });

  it('spreads the test metrics over users', async () => {
    await plot(runs.lightgcn, runs.bm3, '--out', out('users.html'));
    const data = dataOf(out('users.html'));
    expect(data.split).toBe('test');
    for (const [at, folder] of [runs.lightgcn, runs.bm3].entries()) {
      const { test } = metricsOf(folder).best;
      const { numUsers, mean, numHit, bins } = data.runs[at]!.users!['recall@20']!;
      expect(mean).toBe(test!['recall@20']);
      expect(bins.reduce((sum, count) => sum + count)).toBe(numHit);
      expect(numHit).toBeLessThanOrEqual(numUsers);
      // Recalls lie in (i, i + 1] / 20, so their mean lies between the means of the bins' edges.
      const lower = bins.reduce((sum, count, bin) => sum + (count * bin) / 20, 0) / numUsers;
      expect(mean).toBeGreaterThan(lower);
      expect(mean).toBeLessThanOrEqual(lower + numHit / numUsers / 20 + 1e-6);
    }
  });

  it('shows test metrics of finished runs only, and the options that differ', async () => {
    await plot(runs.lightgcn, runs.bm3, runs.killed, '--out', out('table.html'));
    const page = readFileSync(out('table.html'), 'utf8');
    const [table] = /<table>.*?<\/table>/s.exec(page)!;
    const cells = [...table!.matchAll(/<tr>\s*<th scope="row">.*?<\/tr>/gs)].map(([row]) =>
      [...row.matchAll(/>([^<>]*\S[^<>]*)</g)].map(([, text]) => text!.trim()),
    );
    const metric = (value: number) => value.toFixed(4).replace(/^0/, '');
    const { best } = metricsOf(runs.bm3);
    expect(cells.map(([name]) => name)).toEqual(['lightgcn', 'bm3', 'killed']);
    expect(cells[1]!.slice(1, 4)).toEqual([
      'bm3',
      String(best.epoch),
      metric(best.valid!['recall@20']!),
    ]);
    expect(cells[1]).toContain(metric(best.test!['ndcg@10']!));
    expect(cells[2]!.slice(4, 10)).toEqual(['–', '–', '–', '–', '–', '–']);
    expect(cells[2]).toContain('not finished, 2 of at most 3 epochs');
    expect(table).toMatch(/options that differ/);
    expect(table).toMatch(/<th scope="col" class="number">numLayers<\/th>/);
    // Of bm3 only, so not to be compared; it is among all options.
    expect(table).not.toContain('contrastWeight');
    expect(page).toContain('contrastWeight');
  });

  it('takes a run that was killed as far as it came, on validation', async () => {
    const { code } = await plot(runs.killed, '--out', out('killed.html'));
    expect(code).toBe(0);
    const data = dataOf(out('killed.html'));
    expect(data.split).toBe('validation');
    expect(data.runs[0]!.epochs).toEqual([1, 2]);
    const page = readFileSync(out('killed.html'), 'utf8');
    expect(page).toContain('killed is not finished: what is shown of it ends with epoch 2.');
    expect(page).toContain('The last line of killed&#39;s history is not whole and left out');
  });

  it('takes a run whose first epoch has not ended', async () => {
    const begun = out('begun');
    mkdirSync(begun);
    writeFileSync(join(begun, 'config.json'), readFileSync(join(runs.bm3, 'config.json')));
    const { code, stderr } = await plot(begun);
    expect(code).toBe(0);
    expect(stderr).toContain('plot: begun is missing among the users: ');
    const page = readFileSync(join(begun, 'plot.html'), 'utf8');
    expect(page).toContain('begun has no curves: no epoch of it has ended yet.');
  });

  it('says where the users are missing, and what to do, if the dataset is elsewhere', async () => {
    const { code, stderr } = await plot(runs.evil, '--out', out('evil.html'));
    expect(code).toBe(0);
    expect(stderr).toContain(`plot: ${evilName} is missing among the users: `);
    expect(stderr).toContain('Name its place with --data.');
    expect(dataOf(out('evil.html')).runs[0]!.users).toBeUndefined();
    await plot(runs.evil, '--data', runs.data, '--out', out('found.html'));
    expect(dataOf(out('found.html')).runs[0]!.users).toBeDefined();
  });

  it('escapes names and titles', async () => {
    await plot(runs.evil, '--title', `</title>${evilName}</script>`, '--out', out('escaped.html'));
    const page = readFileSync(out('escaped.html'), 'utf8');
    expect(page).not.toContain('<img src=x');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(dataOf(out('escaped.html')).runs[0]!.name).toBe(evilName);
  });

  it('warns of runs that do not compare, and marks no best then', async () => {
    const other = out('other');
    mkdirSync(other);
    for (const file of ['config.json', 'history.jsonl', 'metrics.json']) {
      const text = readFileSync(join(runs.bm3, file), 'utf8');
      writeFileSync(
        join(other, file),
        text.replace('"protocol": "mmrec"', '"protocol": "lattice"'),
      );
    }
    await plot(runs.bm3, other, '--out', out('protocols.html'));
    const page = readFileSync(out('protocols.html'), 'utf8');
    expect(page).toContain(
      'The runs are of different protocols, so their metrics don&#39;t compare: mmrec, lattice.',
    );
    expect(page).not.toMatch(/<td class="number"><b>/);
    await plot(runs.bm3, runs.lightgcn, '--out', out('same.html'));
    expect(readFileSync(out('same.html'), 'utf8')).toMatch(/<td class="number"><b>\.\d{4}<\/b>/);
  });

  it('shows the metric that is named first', async () => {
    await plot(runs.bm3, '--metric', 'ndcg@10', '--out', out('metric.html'), '--json');
    expect(dataOf(out('metric.html')).metrics[0]).toBe('ndcg@10');
  });

  it('stays below 300 kB for 1000 epochs', async () => {
    const long = out('long');
    mkdirSync(long);
    writeFileSync(join(long, 'config.json'), readFileSync(join(runs.bm3, 'config.json')));
    const [record] = historyOf(runs.bm3);
    const scaled = (values: Readonly<Record<string, number>>, factor: number) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * factor]));
    const lines = Array.from({ length: 1000 }, (_, at) => {
      const [losses, valid] = [record!.losses, record!.valid!].map((each) =>
        scaled(each, 1 / (at + 3)),
      );
      return `${JSON.stringify({ ...record, epoch: at + 1, losses, valid })}\n`;
    });
    writeFileSync(join(long, 'history.jsonl'), lines.join(''));
    const { stdout } = await plot(long, '--json');
    const { bytes } = JSON.parse(stdout);
    expect(bytes).toBe(readFileSync(join(long, 'plot.html')).length);
    expect(bytes).toBeLessThan(300_000);
  });
});

describe('mmrec plot refuses', () => {
  const refused = async (code: number, message: string, ...args: string[]) => {
    const result = await plot(...args);
    expect(result.stderr).toBe(`mmrec: ${message}\n`);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  };

  it('what is no run', async () => {
    const rule = (path: string) => `plot: ${path} must be a run folder, got`;
    const absent = out('absent');
    await refused(1, `${rule(absent)} nothing: there is no such folder.`, runs.bm3, absent);
    const file = join(runs.bm3, 'history.jsonl');
    await refused(1, `${rule(file)} a file. Name the folder it is in.`, file);
    await refused(1, `${rule(runs.data)} a folder without config.json.`, runs.data);
    const above = await plot(runs.folder);
    expect(above.stderr).toMatch(
      /got a folder without config\.json\. It holds runs: name them, such as /,
    );
  });

  it('a run of another version or with a damaged history', async () => {
    const damaged = out('damaged');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'config.json'), '{"version":9}');
    const file = join(damaged, 'config.json');
    const version = `readRunConfig: ${file}: version must be 1, got 9. Read this run with the mmrec that wrote it (unknown).`;
    await refused(1, version, damaged);
    writeFileSync(file, readFileSync(join(runs.bm3, 'config.json')));
    writeFileSync(join(damaged, 'history.jsonl'), 'oops\n{"epoch":2,"losses":{}}\n');
    const line = `readRunHistory: ${join(damaged, 'history.jsonl')}:1 must be an epoch's record, got 'oops'.`;
    await refused(1, line, damaged);
  });

  it('a metric that the runs do not have, a split that does not exist, a run named twice', async () => {
    const metric = `plot: --metric must be one of recall@20, recall@10, ndcg@20, ndcg@10, which the runs were validated with, got 'recal@20'. Did you mean 'recall@20'?`;
    await refused(2, metric, runs.bm3, '--metric', 'recal@20');
    const split = `--split must be one of test, validation, got 'tset'. Did you mean 'test'?`;
    await refused(2, split, runs.bm3, '--split', 'tset');
    const twice = `plot: every run must be named once, got ${runs.bm3}/ twice.`;
    await refused(2, twice, runs.bm3, `${runs.bm3}/`);
  });

  it('to replace a file that it did not make, unless forced', async () => {
    const mine = out('mine.html');
    writeFileSync(mine, '<h1>mine</h1>');
    const message = `plot: ${mine} is a file that mmrec did not make. Choose another --out, or replace it with --force.`;
    await refused(1, message, runs.bm3, '--out', mine);
    expect(readFileSync(mine, 'utf8')).toBe('<h1>mine</h1>');
    expect((await plot(runs.bm3, '--out', mine, '--force')).code).toBe(0);
    expect((await plot(runs.bm3, '--out', mine)).code).toBe(0);
    await refused(
      2,
      `plot: --out must name a file, got the folder ${runs.folder}.`,
      runs.bm3,
      '--out',
      runs.folder,
    );
    expect(existsSync(out('plot.html'))).toBe(false);
  });
});
