import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mmrec } from '../run-main.js';
import { writeSynth } from '../synth.js';
import { contentsOf } from './run-in-process.js';

let folder: string;
let data: string;
/** A finished run of four epochs. */
let finished: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-resume-'));
  data = join(folder, 'shop');
  finished = join(folder, 'finished');
  await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
  expect((await train(finished)).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Four epochs of LightGCN, a checkpoint after each, unless other flags come after. */
const train = (run: string, ...flags: readonly string[]) =>
  mmrec(
    ...['train', 'lightgcn', '--data', data, '--out', run, '--epochs', '4', '--backend', 'cpu'],
    ...['--checkpoint-every', '1', '--set', 'embeddingSize=4', ...flags],
  );

/** A copy of the finished run as it was before its last epochs: a process was killed there. */
function killedRun(name: string, lastEpoch: 3 | 4): string {
  const run = join(folder, name);
  cpSync(finished, run, { recursive: true });
  rmSync(join(run, 'metrics.json'));
  if (lastEpoch === 3) {
    for (const kind of ['json', 'safetensors']) rmSync(join(run, `checkpoint/epoch-4.${kind}`));
  }
  return run;
}

const epochsIn = (text: string) => [...text.matchAll(/^epoch (\d+) /gm)].map(([, epoch]) => epoch);

describe('mmrec train --resume', () => {
  it('goes on after the last checkpoint, whatever the history holds after it', async () => {
    const run = killedRun('killed', 3);
    const history = join(run, 'history.jsonl');
    writeFileSync(history, `${readFileSync(history, 'utf8')}{"epoch":5,"los`);
    const { code, stderr } = await train(run, '--resume');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('going on after epoch 3\n');
    expect(epochsIn(stderr)).toEqual(['4']);
    expect(contentsOf(run)).toEqual(contentsOf(finished));
  });

  it('ends a run whose last epoch was saved and whose metrics were not', async () => {
    const run = killedRun('killed-at-the-end', 4);
    rmSync(join(run, 'model.safetensors'));
    expect((await train(run, '--resume')).code).toBe(0);
    expect(contentsOf(run)).toEqual(contentsOf(finished));
  });

  it('says that a finished run is finished, and prints its metrics', async () => {
    const before = readFileSync(join(finished, 'metrics.json'), 'utf8');
    const { code, stdout, stderr } = await train(finished, '--resume', '--json');
    expect(code).toBe(0);
    expect(stderr).toContain(`${finished} is finished: nothing is left to do\n`);
    expect(JSON.parse(stdout)).toEqual({ run: finished, ...(JSON.parse(before) as object) });
    expect(readFileSync(join(finished, 'metrics.json'), 'utf8')).toBe(before);
    expect(existsSync(join(finished, 'lock'))).toBe(false);
  });

  it('gives a finished run more epochs, as if it had had them from the start', async () => {
    const [run, whole] = [killedRun('more', 4), join(folder, 'whole')];
    await train(whole, '--epochs', '6');
    const { stderr } = await train(run, '--resume', '--epochs', '6');
    expect(epochsIn(stderr)).toEqual(['5', '6']);
    expect(contentsOf(run)).toEqual(contentsOf(whole));
  });

  it('names a damaged checkpoint and takes the one before', async () => {
    const run = killedRun('damaged', 4);
    const file = join(run, 'checkpoint/epoch-4.safetensors');
    truncateSync(file, 500);
    const { code, stderr } = await train(run, '--resume');
    expect(code).toBe(0);
    expect(stderr).toContain(`resume: ${file} is damaged: `);
    expect(stderr).toContain('; the one before it is tried\n');
    expect(stderr).toContain('going on after epoch 3\n');
    expect(contentsOf(run)).toEqual(contentsOf(finished));
  });

  it('refuses when every checkpoint is damaged, and leaves the run as it is', async () => {
    const run = killedRun('all-damaged', 4);
    for (const epoch of [3, 4]) truncateSync(join(run, `checkpoint/epoch-${epoch}.json`), 5);
    const { code, stderr } = await train(run, '--resume');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `mmrec: resume: ${join(run, 'checkpoint')} holds no checkpoint that is whole: all 2 are damaged. Start again with --force.\n`,
    );
    expect(readFileSync(join(run, 'model.safetensors'))).toEqual(
      readFileSync(join(finished, 'model.safetensors')),
    );
  });

  it('starts where there is nothing, and says so', async () => {
    const run = join(folder, 'fresh');
    const { code, stderr } = await train(run, '--resume');
    expect(code).toBe(0);
    expect(stderr).toContain(`${run}: nothing to go on with, training starts from the beginning\n`);
    expect(contentsOf(run)).toEqual(contentsOf(finished));
  });

  it('names everything in which the run is another, and leaves it', async () => {
    const run = killedRun('other', 4);
    const files = readdirSync(run);
    const flags = ['--seed', '2', '--set', 'learningRate=0.1', '--protocol', 'lattice'];
    const { code, stderr } = await train(run, '--resume', ...flags);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `mmrec: resume: ${join(run, 'checkpoint')} belongs to another training (seed 1 there, 2 here; protocol mmrec there, lattice here; learningRate 0.001 there, 0.1 here). Resume with its settings and data, or start again with --force.\n`,
    );
    expect(readdirSync(run)).toEqual(files);
  });

  it('finds that a single interaction is another', async () => {
    const run = killedRun('other-data', 4);
    const copy = join(folder, 'other-shop');
    cpSync(data, copy, { recursive: true });
    const [name] = readdirSync(copy).filter((each) => each.endsWith('.inter'));
    const file = join(copy, name!);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const [user, , ...rest] = lines[1]!.split('\t');
    const used = new Set(
      lines.filter((line) => line.startsWith(`${user}\t`)).map((line) => line.split('\t')[1]),
    );
    const other = lines
      .slice(1)
      .find((line) => !used.has(line.split('\t')[1]))!
      .split('\t')[1]!;
    writeFileSync(
      file,
      [lines[0], [user, other, ...rest].join('\t'), ...lines.slice(2), ''].join('\n'),
    );
    const { code, stderr } = await train(run, '--resume', '--data', copy);
    expect(code).toBe(1);
    expect(stderr).toMatch(/belongs to another training \(data \(SHA-256\) [0-9a-f]{64} there, /);
  });

  it('refuses a run that kept no checkpoints', async () => {
    const run = join(folder, 'without');
    expect((await train(run, '--checkpoint-every', '0')).code).toBe(0);
    expect(readdirSync(run)).not.toContain('checkpoint');
    const { code, stderr } = await train(run, '--resume');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `mmrec: train: ${run} must hold checkpoints to be gone on with, got a run without any. Start again with --force, or choose another --out.\n`,
    );
  });

  it.each([
    [
      ['--resume', '--force'],
      'train: --resume goes on with a run and --force replaces it: name one.',
    ],
    [
      ['--resume', '--checkpoint-every', '0'],
      'train: --resume needs checkpoints, got --checkpoint-every 0.',
    ],
    [['--checkpoint-every', '-1'], "--checkpoint-every must be an integer ≥ 0, got '-1'."],
    [
      ['--log', 'tensorbord'],
      "--log must be one of tensorboard, got 'tensorbord'. Did you mean 'tensorboard'?",
    ],
    [
      ['--webhook', 'example.org'],
      "--webhook must be an http or https address, got 'example.org'.",
    ],
  ])('refuses %j', async (flags, message) => {
    const run = join(folder, 'refused');
    expect(await train(run, ...flags)).toEqual({
      code: 2,
      stdout: '',
      stderr: `mmrec: ${message}\n`,
    });
    expect(existsSync(run)).toBe(false);
  });

  it('needs to be told which run', async () => {
    const args = ['train', 'lightgcn', '--data', data, '--resume'];
    expect(await mmrec(...args)).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: 'mmrec: train: --resume needs --out, the run to go on with.\n',
    });
  });
});

describe('a run folder', () => {
  it.each([['--resume'], ['--force']])(
    'that another process trains in is refused (%s)',
    async (flag) => {
      const run = killedRun(`locked${flag}`, 4);
      const lock = join(run, 'lock');
      writeFileSync(lock, JSON.stringify({ pid: 1, host: hostname(), token: 'other' }));
      const before = readdirSync(run);
      const { code, stderr } = await train(run, flag);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `mmrec: lockFolder: ${run} is in use by process 1 on ${hostname()} \\(last sign of life \\d s ago\\)`,
        ),
      );
      expect(readdirSync(run)).toEqual(before);
    },
  );

  it('that is removed while training ends it with a clear error', async () => {
    const run = join(folder, 'removed');
    const bin = fileURLToPath(new URL('../../bin/mmrec.js', import.meta.url));
    const child = spawn(process.execPath, [
      ...[bin, 'train', 'lightgcn', '--data', data, '--out', run, '--epochs', '1000000'],
      ...['--backend', 'cpu', '--set', 'patience=0', '--set', 'embeddingSize=4'],
    ]);
    let stderr = '';
    let removed = false;
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      if (removed || !stderr.includes('epoch 3 ')) return;
      removed = true;
      // Training may write into it between the removal of its files and its own, which is tried again then.
      rmSync(run, { recursive: true, maxRetries: 10 });
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(stderr.split('\n').at(-2)).toMatch(
      new RegExp(
        `^mmrec: (lockFolder: ${run} must not be removed|train: ${run}.* the folder is gone)`,
      ),
    );
  });
});

it('a webhook is told each epoch and the end, and one that fails does not matter', async () => {
  const told: { event: string; run: string; epoch?: number }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      told.push(JSON.parse(body) as (typeof told)[number]);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = join(folder, 'told');
  await train(run, '--webhook', url);
  expect(told.map(({ event, epoch }) => [event, epoch])).toEqual([
    ...[1, 2, 3, 4].map((epoch) => ['epoch', epoch]),
    ['end', undefined],
  ]);
  expect(told.at(-1)).toMatchObject({ run, stopped: 'epochs', epochs: 4 });
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  const { code, stderr } = await train(join(folder, 'untold'), '--webhook', url);
  expect(code).toBe(0);
  expect(stderr.match(/webhook .* can't be told/g)).toHaveLength(1);
  expect(contentsOf(join(folder, 'untold'))).toEqual(contentsOf(finished));
});

it('event files for TensorBoard lie in the run folder', async () => {
  const run = join(folder, 'logged');
  await train(run, '--log', 'tensorboard');
  const [file, ...others] = readdirSync(join(run, 'tensorboard'));
  expect(others).toEqual([]);
  expect(file).toContain('tfevents');
  const bytes = readFileSync(join(run, 'tensorboard', file!)).toString('latin1');
  for (const tag of ['loss/total', 'valid/recall@20', 'test/recall@20'])
    expect(bytes).toContain(tag);
});

it('mmrec train --help names the models, and with a model its options', async () => {
  const help = await mmrec('train', '--help');
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('Options for --set: mmrec train <model> --help');
  for (const args of [
    ['bm3', '--help'],
    ['--data', 'bm3-shop', 'bm3', '--help'],
  ]) {
    const { code, stdout } = await mmrec('train', ...args);
    expect(code).toBe(0);
    expect(stdout).toContain('Options of bm3 for --set, with their defaults:');
  }
  expect((await mmrec('train', 'bm4', '--help')).code).toBe(2);
});
