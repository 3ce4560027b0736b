import { describe, expect, it } from 'vitest';
import { drawRows, drawValues } from './draw.js';
import { philox } from './philox.js';
import { createRng } from './rng.js';

describe('philox', () => {
  // The known answers of the generator's authors, Random123's kat_vectors for philox4x32 with 10 rounds.
  it('gives the known words for a zero counter and key', () => {
    const words = new Uint32Array(4);
    philox([0, 0], 0, words);
    expect([...words]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it('depends on every bit of a 53-bit block number', () => {
    const seen = new Set<string>();
    for (const block of [0, 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 52]) {
      const words = new Uint32Array(4);
      philox([1, 2], block, words);
      seen.add(words.join());
    }
    expect(seen.size).toBe(6);
  });
});

describe('createRng', () => {
  const rng = createRng(1);

  it('gives the same numbers for the same name, others for another name, source or seed', () => {
    const draw = (from: typeof rng, name: string) => drawValues(from.uniform(name, [4])).join();
    expect(draw(rng, 'a')).toBe(draw(createRng(1), 'a'));
    const others = [
      draw(rng, 'b'),
      draw(rng.fork('a'), 'a'),
      draw(createRng(2), 'a'),
      draw(createRng(0), 'a'),
    ];
    expect(new Set([draw(rng, 'a'), ...others]).size).toBe(5);
  });

  it('does not confuse names that share a beginning, nor a fork with a longer name', () => {
    const names = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcd\0', 'abcdefgh'];
    const keys = names.map((name) => rng.fork(name).key.join());
    expect(new Set(keys).size).toBe(names.length);
    expect(rng.fork('a').fork('b').key).not.toEqual(rng.fork('a/b').key);
  });

  it('comes back from its key', () => {
    const copy = createRng(rng.fork('x').key);
    expect(drawValues(copy.normal('n', [3]))).toEqual(drawValues(rng.fork('x').normal('n', [3])));
  });

  it('takes any integer from 0 and nothing else', () => {
    expect(() => createRng(-1)).toThrow(
      'createRng: seed must be an integer from 0 to 2^53 - 1, got -1.',
    );
    expect(() => createRng(1.5)).toThrow(
      'createRng: seed must be an integer from 0 to 2^53 - 1, got 1.5.',
    );
    expect(() => createRng(0)).not.toThrow();
  });

  const n = 40_000;
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  const variance = (values: Float32Array) => mean(values.map((v) => v * v)) - mean(values) ** 2;

  // Bounds of five standard errors.
  it('draws uniform, normal and Gumbel numbers with the right mean and variance', () => {
    const uniform = drawValues(rng.uniform('u', [n]));
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const normal = drawValues(rng.normal('n', [n]));
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance(normal) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
    const gumbel = drawValues(rng.gumbel('g', [n]));
    expect(Math.abs(mean(gumbel) - 0.577216)).toBeLessThan((5 * 1.2826) / Math.sqrt(n));
  });

  it('draws dropout masks of 0 and 1 / (1 − rate) with the rate asked for', () => {
    const mask = drawValues(rng.dropoutMask('m', [n], 0.3));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    const dropped = mean(mask.map((value) => Number(value === 0)));
    expect(Math.abs(dropped - 0.3)).toBeLessThan((5 * Math.sqrt(0.21)) / Math.sqrt(n));
    expect(() => rng.dropoutMask('m', [1], 1)).toThrow(
      'dropoutMask: rate must be a number ≥ 0 and < 1, got 1.',
    );
  });

  it('makes rows of a draw without the rest, equal to those of the whole', () => {
    for (const columns of [1, 3, 4, 7]) {
      const draw = rng.dropoutMask('rows', [50, columns], 0.5);
      const whole = drawValues(draw);
      const rows = Int32Array.of(49, 0, 7, 7);
      const expected = [...rows].flatMap((row) => [
        ...whole.subarray(row * columns, (row + 1) * columns),
      ]);
      expect([...drawRows(draw, rows)]).toEqual(expected);
    }
  });

  it('streams unbiased integers, and shuffles into every order equally often', () => {
    const stream = rng.stream('s');
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = stream.shuffle([1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // A chi-squared of 5 degrees of freedom passes 25.7 once in ten thousand.
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(25.7);
    const rolled = Array.from({ length: 1000 }, () => stream.integer(3));
    expect(new Set(rolled)).toEqual(new Set([0, 1, 2]));
  });

  it('never hands out seed 0, which TensorFlow.js ignores', () => {
    for (let at = 0; at < 1000; at++) expect(rng.nextSeed(`s${at}`)).toBeGreaterThan(0);
  });
});
