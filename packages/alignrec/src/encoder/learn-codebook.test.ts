import { createRng, drawValues } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { learnCodebook, nearestEntries } from './learn-codebook.js';

const rng = createRng(2);

/** Points around a few centres far apart. */
function clusters(centers: readonly (readonly number[])[], each: number) {
  const columns = centers[0]!.length;
  const noise = drawValues(rng.normal('noise', [centers.length * each, columns]));
  const data = noise.map((value, at) => {
    const center = centers[Math.floor(at / columns) % centers.length]!;
    return center[at % columns]! + 0.1 * value;
  });
  return { columns, data };
}

describe('learnCodebook', () => {
  const centers = [
    [0, 0, 9],
    [9, 0, 0],
    [0, 9, 0],
    [5, 5, 5],
  ];

  it('finds the centres of clusters, and gives each point its own', () => {
    const points = clusters(centers, 50);
    const codebook = learnCodebook(points, 4, rng);
    const { nearest, distances } = nearestEntries(points, codebook);
    nearest.forEach((entry, at) => {
      expect(entry).toBe(nearest[at % 4]);
      expect(distances[at]).toBeLessThan(1);
    });
    expect(new Set(nearest.slice(0, 4)).size).toBe(4);
    for (const [at, center] of centers.entries()) {
      const start = nearest[at]! * 3;
      center.forEach((value, c) => {
        expect(codebook.data[start + c]).toBeCloseTo(value, 1);
      });
    }
  });

  it('is the same for the same seed', () => {
    const points = clusters(centers, 20);
    const learn = (seed: number) => [...learnCodebook(points, 6, createRng(seed)).data];
    expect(learn(1)).toEqual(learn(1));
    expect(learn(1)).not.toEqual(learn(2));
  });

  it('gives fewer entries where fewer points are different', () => {
    const data = Float32Array.from([1, 1, 1, 2, 2]);
    const codebook = learnCodebook({ columns: 1, data }, 8, rng);
    expect([...codebook.data].sort()).toEqual([1, 2]);
  });

  it('refuses to learn from nothing', () => {
    expect(() => learnCodebook({ columns: 2, data: new Float32Array(0) }, 4, rng)).toThrow(
      new RangeError('learnCodebook: points must hold at least one, got none.'),
    );
  });
});
