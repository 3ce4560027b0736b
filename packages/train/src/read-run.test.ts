import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRunHistory } from './read-run-history.js';
import { readRunMetrics } from './read-run-metrics.js';
import { readRunConfig } from './run-folder.js';

/** A folder with the given files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-read-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const config = '{"version":1,"model":"bm3"}';
const line = (epoch: number, total = 1 / epoch) =>
  `${JSON.stringify({ epoch, losses: { total }, learningRate: 0.1, seconds: 1 })}\n`;
const epochsOf = async (folder: string) =>
  (await readRunHistory(folder)).epochs.map(({ epoch }) => epoch);

describe('readRunHistory', () => {
  it('reads one record an epoch', async () => {
    const folder = folderWith({ 'config.json': config, 'history.jsonl': line(1) + line(2) });
    expect(await readRunHistory(folder)).toEqual({
      epochs: [
        { epoch: 1, losses: { total: 1 }, learningRate: 0.1, seconds: 1 },
        { epoch: 2, losses: { total: 0.5 }, learningRate: 0.1, seconds: 1 },
      ],
      truncated: false,
    });
  });

  it('has no epochs before the first has ended', async () => {
    const none = { epochs: [], truncated: false };
    expect(await readRunHistory(folderWith({ 'config.json': config }))).toEqual(none);
    const empty = folderWith({ 'config.json': config, 'history.jsonl': '' });
    expect(await readRunHistory(empty)).toEqual(none);
  });

  it('leaves out a last line that is cut anywhere, and says so', async () => {
    const last = line(3);
    for (let length = 1; length < last.length - 1; length++) {
      const folder = folderWith({
        'config.json': config,
        'history.jsonl': line(1) + line(2) + last.slice(0, length),
      });
      const { epochs, truncated } = await readRunHistory(folder);
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(truncated).toBe(true);
    }
    const whole = folderWith({ 'config.json': config, 'history.jsonl': last.trimEnd() });
    expect(await epochsOf(whole)).toEqual([3]);
  });

  it('keeps the later record of epochs that were run again', async () => {
    const folder = folderWith({ 'config.json': config });
    appendFileSync(join(folder, 'history.jsonl'), line(1) + line(2, 8) + line(3, 9) + line(2, 7));
    const { epochs } = await readRunHistory(folder);
    expect(epochs.map(({ epoch, losses }) => [epoch, losses['total']])).toEqual([
      [1, 1],
      [2, 7],
    ]);
  });

  it('names a damaged line', async () => {
    for (const damaged of ['{"epoch":2,"los', 'null', '[1]', '{"epoch":1.5,"losses":{}}']) {
      const folder = folderWith({
        'config.json': config,
        'history.jsonl': `${line(1)}${damaged}\n${line(3)}`,
      });
      await expect(readRunHistory(folder)).rejects.toThrow(
        new Error(
          `readRunHistory: ${join(folder, 'history.jsonl')}:2 must be an epoch's record, got '${damaged}'.`,
        ),
      );
    }
  });
});

describe('readRunMetrics', () => {
  const metrics = { best: { epoch: 3, valid: { 'recall@20': 0.1 } }, stopped: 'patience' };

  it('reads how a run ended', async () => {
    const folder = folderWith({ 'config.json': config, 'metrics.json': JSON.stringify(metrics) });
    expect(await readRunMetrics(folder)).toEqual(metrics);
  });

  it('is undefined for a run that is not finished', async () => {
    expect(await readRunMetrics(folderWith({ 'config.json': config }))).toBeUndefined();
  });

  it.each(['null', '{}', '{"best":{"epoch":3}}', '{"best":{},"stopped":"epochs"}'])(
    'refuses %s',
    async (text) => {
      const folder = folderWith({ 'config.json': config, 'metrics.json': text });
      await expect(readRunMetrics(folder)).rejects.toThrow(
        new Error(
          `readRunMetrics: ${join(folder, 'metrics.json')} must say how the run ended: the file is damaged.`,
        ),
      );
    },
  );

  it('refuses what is not JSON', async () => {
    const folder = folderWith({ 'config.json': config, 'metrics.json': '{"best"' });
    await expect(readRunMetrics(folder)).rejects.toThrow(
      `readRunMetrics: ${join(folder, 'metrics.json')} must be JSON: `,
    );
  });
});

it('what is no run is refused, and has no metrics', async () => {
  const folder = folderWith({ 'notes.txt': 'mine' });
  for (const path of [folder, join(folder, 'absent'), join(folder, 'notes.txt')]) {
    for (const read of [readRunConfig, readRunHistory]) {
      await expect(read(path)).rejects.toThrow(
        new Error(`${read.name}: ${path} must be a run folder, got none: it has no config.json.`),
      );
    }
    expect(await readRunMetrics(path)).toBeUndefined();
  }
});
