import { expect, it } from 'vitest';
import { learningRateFactor, type ScheduleName } from './learning-rate-schedule.js';

it.each<[ScheduleName, number[]]>([
  ['constant', [1, 1, 1, 1, 1]],
  ['linear', [1, 0.75, 0.5, 0.25, 0]],
  ['cosine', [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0]],
  ['exponential', [1, 10 ** -0.5, 0.1, 10 ** -1.5, 0.01]],
])('%s, from the start in quarters to the end', (schedule, expected) => {
  const factors = [0, 2, 4, 6, 8].map((epoch) =>
    learningRateFactor({ schedule, warmupEpochs: 0, epochs: 8 }, epoch),
  );
  factors.forEach((factor, at) => expect(factor).toBeCloseTo(expected[at]!, 12));
});

it.each<ScheduleName>(['constant', 'linear', 'cosine', 'exponential'])(
  '%s rises from 0 to 1 in the warm-up and then does in the rest what it does in the whole',
  (schedule) => {
    const at = (epoch: number) =>
      learningRateFactor({ schedule, warmupEpochs: 4, epochs: 12 }, epoch);
    expect([0, 1, 2.5, 4].map(at)).toEqual([0, 0.25, 0.625, 1]);
    for (const epoch of [0, 3, 8]) {
      expect(at(4 + epoch)).toBe(
        learningRateFactor({ schedule, warmupEpochs: 0, epochs: 8 }, epoch),
      );
    }
  },
);

it('stays at its end past the end, and knows a warm-up as long as training', () => {
  expect(learningRateFactor({ schedule: 'linear', warmupEpochs: 0, epochs: 4 }, 5)).toBe(0);
  const whole = { schedule: 'cosine', warmupEpochs: 4, epochs: 4 } as const;
  expect([1, 4].map((epoch) => learningRateFactor(whole, epoch))).toEqual([0.25, 1]);
});
