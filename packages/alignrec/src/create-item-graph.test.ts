import { toDense } from '@mmrec/graph';
import { describe, expect, it } from 'vitest';
import { createItemGraph } from './create-item-graph.js';

const planar = (...degrees: number[]) => ({
  rows: degrees.length,
  columns: 2,
  data: Float32Array.from(
    degrees.flatMap((degree) => [
      Math.cos((degree * Math.PI) / 180),
      Math.sin((degree * Math.PI) / 180),
    ]),
  ),
});
const expectClose = (actual: ArrayLike<number>, expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, at) => expect(actual[at], `entry ${at}`).toBeCloseTo(value, 5));
};

describe('createItemGraph', () => {
  // Item 0 and 1 are 60° apart; item 2 is 120° from item 1, its nearest but one, and 180° from item 0.
  const features = planar(0, 60, 180);

  it('published: the item itself is a neighbour, and row sums divide both sides', () => {
    const graph = createItemGraph(features, { numNeighbors: 2, variant: 'published' });
    const [a, b, c] = [1 + 0.5, 1 + 0.5, 1 - 0.5];
    expectClose(toDense(graph), [
      ...[1 / a, 0.5 / Math.sqrt(a * b), 0],
      ...[0.5 / Math.sqrt(a * b), 1 / b, 0],
      ...[0, -0.5 / Math.sqrt(b * c), 1 / c],
    ]);
  });

  it('paper: others only, none of a negative cosine, divided by each side’s own degree', () => {
    const graph = createItemGraph(features, { numNeighbors: 1, variant: 'paper' });
    expectClose(toDense(graph), [0, 1, 0, 1, 0, 0, 0, 0, 0]);
    const three = createItemGraph(planar(0, 60, 90), { numNeighbors: 1, variant: 'paper' });
    // Items 0 and 2 have item 1 as their nearest, which has item 2.
    const [near, far] = [Math.cos(Math.PI / 6), 0.5];
    expectClose(toDense(three), [
      ...[0, far / Math.sqrt(far * (far + near)), 0],
      ...[0, 0, 1],
      ...[0, near / Math.sqrt(near * (far + near)), 0],
    ]);
  });

  it('published refuses cosines that sum up to less than zero, and says what takes them', () => {
    const pair = { rows: 4, columns: 1, data: Float32Array.of(1, -1, -1, -1) };
    expect(() => createItemGraph(pair, { numNeighbors: 3, variant: 'published' })).toThrow(
      new RangeError(
        "createAlignRec: the cosines of an item's features with its 3 nearest must sum up to ≥ 0, got -1.000 for item 0. Variant 'paper' takes such features.",
      ),
    );
    const graph = createItemGraph(pair, { numNeighbors: 3, variant: 'paper' });
    expect([...graph.values].every((value) => value >= 0)).toBe(true);
  });
});
