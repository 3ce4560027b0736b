import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EpochRecord } from '../fit-callbacks.js';
import { createProgress } from './progress.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.advanceTimersByTime(5000);
});
afterEach(() => vi.useRealTimers());

const clear = '\r\x1b[J';
/** From the last of three lines to the first. */
const clearThree = '\r\x1b[2A\x1b[J';

function fakeStream(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...terminal, written, write: (text: string) => written.push(text) };
}

const record = (epoch: number, recall?: number): EpochRecord => ({
  epoch,
  losses: { bpr: 0.5, norm: 0.19314, total: 0.69314 },
  learningRate: 1e-3,
  seconds: 1.54,
  ...(recall !== undefined && { valid: { 'recall@20': recall }, evaluationSeconds: 0.5 }),
});
const loss = 'loss 0.6931 (bpr 0.500, norm 0.193)';

it('rewrites three lines on a terminal: bar, rate, time left; loss and terms; metric, best, patience', async () => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 4, metric: 'recall@20', patience: 9 });
  vi.advanceTimersByTime(1000);
  progress.onBatch!({ epoch: 1, batch: 1, batches: 2 });
  vi.advanceTimersByTime(1000);
  await progress.onEpoch!(record(1, 0.12345));
  vi.advanceTimersByTime(2000);
  await progress.onEpoch!(record(2, 0.1));
  progress.note('a message');
  progress.onBatch!({ epoch: 3, batch: 2, batches: 2 });
  progress.done();
  expect(stream.written).toEqual([
    `${clear}epoch 1/4 ━━━━━━━━────────  1 batches/s  ≤ 7 s left`,
    `${clear}epoch 1/4 ━━━━━━━━━━━━━━━━  1 batches/s  2.0 s/epoch  ≤ 6 s left\n${loss}\nrecall@20 .1235  best .1235 at 1`,
    `${clearThree}epoch 2/4 ━━━━━━━━━━━━━━━━  1 batches/s  2.0 s/epoch  ≤ 4 s left\n${loss}\nrecall@20 .1000  best .1235 at 1  patience 1/9`,
    clearThree,
    'a message\n',
    `${clear}epoch 3/4 ━━━━━━━━━━━━━━━━  2000 batches/s  2.0 s/epoch  ≤ 1 s left\n${loss}\nrecall@20 .1000  best .1235 at 1  patience 1/9`,
    clearThree,
  ]);
});

it('does not draw more often than the eye sees, but each epoch’s end', () => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 2, metric: 'recall@20' });
  for (let batch = 1; batch <= 100; batch++) {
    vi.advanceTimersByTime(1);
    progress.onBatch!({ epoch: 1, batch, batches: 100 });
  }
  // After 1, 81 and all.
  expect(stream.written.length).toBe(3);
});

it('cuts lines to the terminal’s width', () => {
  const stream = fakeStream({ isTTY: true, columns: 20 });
  createProgress(stream, { epochs: 2, metric: 'recall@20' }).onBatch!({
    epoch: 1,
    batch: 1,
    batches: 1,
  });
  expect(stream.written).toEqual([`${clear}epoch 1/2 ━━━━━━━━━`]);
});

it.each([
  [89_000, '89 s'],
  [90_000, '2 min'],
  [89 * 60_000, '89 min'],
  [90 * 60_000, '1 h 30 min'],
  [125 * 60_000, '2 h 5 min'],
])('says how much is left in fitting units: %d ms is %s', (milliseconds, left) => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 2, metric: 'recall@20' });
  // One epoch of two: what is left is what has passed.
  vi.advanceTimersByTime(milliseconds);
  progress.onBatch!({ epoch: 1, batch: 9, batches: 9 });
  expect(stream.written[0]).toMatch(new RegExp(`≤ ${left} left$`));
});

it('judges what is left by the epochs of this process, and goes on with the best of those before', async () => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 10, metric: 'recall@20', patience: 5 });
  await progress.onStart!([record(1, 0.5), record(2, 0.25), record(3)]);
  vi.advanceTimersByTime(7000);
  // One epoch has passed here, and six are to come.
  progress.onBatch!({ epoch: 4, batch: 9, batches: 9 });
  expect(stream.written[0]).toContain('≤ 42 s left');
  expect(stream.written[0]).toMatch(/recall@20 \.2500 {2}best \.5000 at 1 {2}patience 1\/5$/);
});

it('writes a line an epoch elsewhere, with the metric where it was evaluated', async () => {
  const stream = fakeStream({});
  const progress = createProgress(stream, { epochs: 4, metric: 'recall@20' });
  progress.onBatch!({ epoch: 1, batch: 1, batches: 2 });
  vi.advanceTimersByTime(2000);
  await progress.onEpoch!(record(1));
  await progress.onEpoch!(record(2, 0.25));
  progress.note('a message');
  await progress.onEpoch!(record(3));
  await progress.onEpoch!(record(4, 1));
  progress.done();
  expect(stream.written).toEqual([
    `epoch 1  ${loss}  1.5 s/epoch  ≤ 6 s left\n`,
    `epoch 2  ${loss}  recall@20 .2500  best .2500 at 2  2.0 s/epoch  ≤ 2 s left\n`,
    'a message\n',
    `epoch 3  ${loss}  1.5 s/epoch  ≤ 1 s left\n`,
    `epoch 4  ${loss}  recall@20 1.0000  best 1.0000 at 4  2.0 s/epoch  ≤ 0 s left\n`,
  ]);
});

it('leaves a terminal alone when nothing was drawn', () => {
  const stream = fakeStream({ isTTY: true });
  createProgress(stream, { epochs: 0, metric: 'recall@20' }).done();
  expect(stream.written).toEqual([]);
});
