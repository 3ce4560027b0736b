import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EpochRecord } from '../../fit-callbacks.js';
import { createTensorBoardLog } from './create-tensorboard-log.js';
import { encodeEvent } from './encode-event.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmrec-tensorboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'tensorboard');
}

const record = (epoch: number): EpochRecord => ({
  epoch,
  losses: { bpr: 0.5, total: 0.5 },
  learningRate: 0.125,
  seconds: 2,
  ...(epoch % 2 === 0 && { valid: { 'recall@20': 0.25 }, evaluationSeconds: 1 }),
});

/** The files' records, without lengths and checksums, which are tested beside their encoder. */
function messagesIn(folder: string): Buffer[][] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      const messages: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const length = Number(bytes.readBigUInt64LE(at));
        messages.push(bytes.subarray(at + 12, at + 12 + length));
        at += length + 16;
      }
      return messages;
    });
}

const wallTimeOf = (message: Buffer) => message.readDoubleLE(1);
/** A message without its wall time, which comes first. */
const restOf = (message: Buffer) => message.subarray(9).toString('hex');
const expected = (event: Omit<Parameters<typeof encodeEvent>[0], 'wallTime'>) =>
  encodeEvent({ wallTime: 0, ...event })
    .subarray(21, -4)
    .toString('hex');
const version = { fileVersion: 'brain.Event:2' };
const epochEvent = (step: number, valid = {}) => ({
  step,
  scalars: {
    ...{ 'loss/bpr': 0.5, 'loss/total': 0.5 },
    ...valid,
    ...{ 'training/learningRate': 0.125, 'training/seconds': 2 },
  },
});

it('writes the numbers of each epoch, and one’s own', async () => {
  const folder = temporaryFolder();
  const log = createTensorBoardLog(folder);
  await log.onStart([]);
  await log.onEpoch(record(1));
  await log.onEpoch(record(2));
  await log.scalars(2, { 'test/recall@20': 0.75 });
  const [messages, ...others] = messagesIn(folder);
  expect(others).toEqual([]);
  expect(messages!.map(restOf)).toEqual(
    [
      version,
      epochEvent(1),
      epochEvent(2, { 'valid/recall@20': 0.25 }),
      { step: 2, scalars: { 'test/recall@20': 0.75 } },
    ].map(expected),
  );
  for (const message of messages!) {
    expect(Math.abs(wallTimeOf(message) - Date.now() / 1000)).toBeLessThan(600);
  }
});

it('of a resumed training voids the epochs that are done again', async () => {
  const folder = temporaryFolder();
  for (const history of [[], [record(1)]]) {
    const log = createTensorBoardLog(folder);
    await log.onStart(history);
    await log.onEpoch(record(history.length + 1));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const [first, second] = messagesIn(folder);
  expect(first!.map(restOf)).toEqual([version, epochEvent(1)].map(expected));
  expect(second!.map(restOf)).toEqual(
    [version, { step: 2, restart: true }, epochEvent(2, { 'valid/recall@20': 0.25 })].map(expected),
  );
});

it('of a training that had none begins with the epochs before, at the times they took', async () => {
  const folder = temporaryFolder();
  await createTensorBoardLog(folder).onStart([record(1), record(2), record(3)]);
  const [messages] = messagesIn(folder);
  const [, ...epochs] = messages!;
  expect(epochs.map(restOf)).toEqual(
    [epochEvent(1), epochEvent(2, { 'valid/recall@20': 0.25 }), epochEvent(3)].map(expected),
  );
  const [one, two, three] = epochs.map(wallTimeOf);
  expect(two! - one!).toBeCloseTo(3, 3);
  expect(three! - two!).toBeCloseTo(2, 3);
});
