import { expect, it } from 'vitest';
import { createCheckpointSchedule } from './checkpoint-schedule.js';

/** Trains epochs of one length, checkpoints taking some time too; returns the epochs that were saved. */
function simulate(
  { epochs, seconds, cost }: { epochs: number; seconds: number; cost: number },
  every?: number,
) {
  let now = 0;
  const schedule = createCheckpointSchedule(every, () => now);
  const saved: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    now += 1000 * seconds;
    if (!schedule.due(epoch)) continue;
    now += 1000 * cost;
    schedule.wrote(1000 * cost);
    saved.push(epoch);
  }
  return saved;
}

it('saves every epoch where that costs little', () => {
  expect(simulate({ epochs: 5, seconds: 10, cost: 0.1 })).toEqual([1, 2, 3, 4, 5]);
});

it('saves after as many epochs as keep the cost at 1 %', () => {
  // 0.1 s is 1 % of 10 s: 20 epochs.
  expect(simulate({ epochs: 65, seconds: 0.5, cost: 0.1 })).toEqual([1, 21, 41, 61]);
});

it('saves after ten minutes whatever the cost', () => {
  // 60 s are 1 % of 100 minutes.
  expect(simulate({ epochs: 25, seconds: 60, cost: 60 })).toEqual([1, 11, 21]);
});

it('saves every so many epochs when told to', () => {
  expect(simulate({ epochs: 10, seconds: 1, cost: 1 }, 4)).toEqual([4, 8]);
});
