import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mmrec/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { models } from '../models.js';
import { writeSynth } from '../synth.js';
import { contentsOf, runInProcess } from './run-in-process.js';

/** Kills for each model. */
const kills = process.env['MMREC_SOAK'] ? 50 : 2;
/** Kills of one run, at most: then it may end. */
const killsOfRun = 4;
/** Where the moments of the kills come from; `MMREC_KILL_SEED` repeats those of a failure. */
const seed = Number(process.env['MMREC_KILL_SEED'] ?? Date.now());

let folder: string;
let data: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mmrec-kill-'));
  data = join(folder, 'shop');
  await writeSynth(data, { seed: 1, numUsers: 60, numItems: 40 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two batches an epoch; the last epochs are not the best. */
const settings = ['embeddingSize=8', 'batchSize=128', 'patience=0', 'learningRate=0.02'];

function command(model: string, run: string): string[] {
  return [
    ...['train', model, '--data', data, '--out', run, '--epochs', '10', '--resume'],
    ...['--backend', 'wasm', '--threads', '1', ...settings.flatMap((set) => ['--set', set])],
  ];
}

/** Trains, is killed at random moments and resumed, until it ends. */
async function trainWithKills(
  args: readonly string[],
  { allowed, moment }: { allowed: number; moment: () => number },
): Promise<{ killed: number; milliseconds: number }> {
  for (let killed = 0; ; killed++) {
    const killAfter = killed < allowed ? moment() : Infinity;
    const { code, stderr, milliseconds } = await runInProcess(args, killAfter);
    if (code === 0) return { killed, milliseconds };
    expect(code, stderr).toBe(null);
  }
}

it.each(Object.keys(models))(
  `%s, killed at random moments ${kills} times and resumed, ends as if it had not been killed`,
  async (model) => {
    const stream = createRng(seed).fork(model).stream('moments');
    const whole = join(folder, `${model}-whole`);
    const first = await runInProcess(command(model, whole));
    expect(first.code, first.stderr).toBe(0);
    let { milliseconds } = first;
    const expected = contentsOf(whole);
    for (let killed = 0, runs = 0; killed < kills; runs++) {
      const run = join(folder, `${model}-${runs}`);
      // As few checkpoints as the schedule writes, and as many as there can be, turn by turn.
      const every = runs % 2 === 0 ? ['--checkpoint-every', '1'] : [];
      const moments: number[] = [];
      const moment = () => {
        moments.push(Math.round(milliseconds * stream.uniform()));
        return moments.at(-1)!;
      };
      const allowed = Math.min(killsOfRun, kills - killed);
      const ended = await trainWithKills([...command(model, run), ...every], { allowed, moment });
      killed += ended.killed;
      // The machine may be faster now: most kills would come too late.
      if (ended.killed === 0) ({ milliseconds } = ended);
      const where = `MMREC_KILL_SEED=${seed}, run ${runs}, killed after ${moments.join(', ')} ms`;
      expect(contentsOf(run), where).toEqual(expected);
      rmSync(run, { recursive: true });
    }
  },
  // In the background of a busy machine.
  kills * 60_000,
);
