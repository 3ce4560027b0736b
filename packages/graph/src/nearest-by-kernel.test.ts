import { createRng, drawValues } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { knnGraph } from './knn-graph.js';

const [rows, columns] = [700, 40];
const data = drawValues(createRng(4).normal('features', [rows, columns]));
// Thirty equal items, more than the kernel's spare candidates, and two without features.
for (let row = 100; row < 130; row++) data.copyWithin(row * columns, 0, columns);
data.fill(0, 5 * columns, 7 * columns);
const features = { rows, columns, data };

describe('knnGraph with the top-K kernel', () => {
  beforeAll(async () => void (await useBackend('wasm')));

  it.each([
    { k: 10 },
    { k: 1, includeSelf: false },
    { k: 40, normalization: 'symmetric' } as const,
    { k: 699 },
  ])('finds the neighbours that float64 finds (%j)', async (options) => {
    const before = memory().numTensors;
    const found = knnGraph(features, options);
    expect(memory().numTensors).toBe(before);
    await useBackend('cpu');
    const expected = knnGraph(features, options);
    await useBackend('wasm');
    expect([...found.offsets]).toEqual([...expected.offsets]);
    expect([...found.indices]).toEqual([...expected.indices]);
    expected.values.forEach((value, at) => expect(found.values[at]).toBeCloseTo(value, 6));
  });
});
