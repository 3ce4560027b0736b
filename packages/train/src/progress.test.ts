import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EpochRecord } from './fit.js';
import { createProgress } from './progress.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.advanceTimersByTime(5000);
});
afterEach(() => vi.useRealTimers());

const clear = '\r\x1b[2K';

function fakeStream(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...terminal, written, write: (text: string) => written.push(text) };
}

const record = (epoch: number, recall?: number): EpochRecord => ({
  epoch,
  losses: { bpr: 0.5, total: 0.69314 },
  learningRate: 1e-3,
  seconds: 1.54,
  ...(recall !== undefined && { valid: { 'recall@20': recall }, evaluationSeconds: 0.5 }),
});

it('rewrites one line on a terminal: bar, loss, metric, best, rate, time left', async () => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 4, metric: 'recall@20' });
  vi.advanceTimersByTime(1000);
  progress.onBatch!({ epoch: 1, batch: 1, batches: 2 });
  vi.advanceTimersByTime(1000);
  await progress.onEpoch!(record(1, 0.12345));
  vi.advanceTimersByTime(2000);
  await progress.onEpoch!(record(2, 0.1));
  progress.done();
  expect(stream.written).toEqual([
    `${clear}epoch 1/4 ━━━━━━━━────────  ≤ 7 s left`,
    `${clear}epoch 1/4 ━━━━━━━━━━━━━━━━  loss 0.6931  recall@20 .1235  best .1235 at 1  2.0 s/epoch  ≤ 6 s left`,
    `${clear}epoch 2/4 ━━━━━━━━━━━━━━━━  loss 0.6931  recall@20 .1000  best .1235 at 1  2.0 s/epoch  ≤ 4 s left`,
    clear,
  ]);
});

it('does not draw more often than the eye sees, but each epoch’s end', () => {
  const stream = fakeStream({ isTTY: true, columns: 200 });
  const progress = createProgress(stream, { epochs: 2, metric: 'recall@20' });
  for (let batch = 1; batch <= 100; batch++) {
    vi.advanceTimersByTime(1);
    progress.onBatch!({ epoch: 1, batch, batches: 100 });
  }
  expect(stream.written.length).toBe(3);
});

it('cuts the line to the terminal’s width', () => {
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

it('writes plain lines elsewhere: for evaluated epochs, and for all until the first of them', async () => {
  const stream = fakeStream({});
  const progress = createProgress(stream, { epochs: 4, metric: 'recall@20' });
  progress.onBatch!({ epoch: 1, batch: 1, batches: 2 });
  await progress.onEpoch!(record(1));
  await progress.onEpoch!(record(2, 0.25));
  await progress.onEpoch!(record(3));
  await progress.onEpoch!(record(4, 1));
  progress.done();
  expect(stream.written).toEqual([
    'epoch 1  loss 0.6931  1.5 s/epoch\n',
    'epoch 2  loss 0.6931  recall@20 .2500  best .2500 at 2  2.0 s/epoch\n',
    'epoch 4  loss 0.6931  recall@20 1.0000  best 1.0000 at 4  2.0 s/epoch\n',
  ]);
});

it('leaves a terminal alone when nothing was drawn', () => {
  const stream = fakeStream({ isTTY: true });
  createProgress(stream, { epochs: 0, metric: 'recall@20' }).done();
  expect(stream.written).toEqual([]);
});
