import { createRng, drawValues, type FeatureMatrix } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { knnGraph, type KnnGraphOptions } from './knn-graph.js';
import { toDense } from './to-dense.js';

function randomFeatures(rows: number, columns: number, zeroRows: number[] = []): FeatureMatrix {
  const data = drawValues(createRng(5).normal('features', [rows, columns]));
  for (const row of zeroRows) data.fill(0, row * columns, (row + 1) * columns);
  return { rows, columns, data };
}

/** The definition, with all similarities and a full sort. */
function bruteForce({ rows, columns, data }: FeatureMatrix, k: number, includeSelf: boolean) {
  const dense = new Float64Array(rows * rows);
  const line = (row: number) => data.subarray(row * columns, (row + 1) * columns);
  const dot = (a: number, b: number) =>
    line(a).reduce((sum, value, at) => sum + value * line(b)[at]!, 0);
  for (let row = 0; row < rows; row++) {
    const others = Array.from({ length: rows }, (_, other) => other)
      .filter((other) => other !== row && dot(row, row) > 0 && dot(other, other) > 0)
      .map((other) => ({
        other,
        cosine: dot(row, other) / Math.sqrt(dot(row, row) * dot(other, other)),
      }))
      .sort((a, b) => b.cosine - a.cosine || a.other - b.other);
    const ranked = includeSelf ? [{ other: row, cosine: 1 }, ...others] : others;
    for (const { other, cosine } of ranked.slice(0, k)) dense[row * rows + other] = cosine;
  }
  return dense;
}

function expectBruteForce(features: FeatureMatrix, options: Partial<KnnGraphOptions>) {
  const graph = knnGraph(features, options);
  const expected = bruteForce(features, options.k!, options.includeSelf!);
  const dense = toDense(graph);
  expected.forEach((value, at) => expect(dense[at]).toBeCloseTo(value, 6));
  expect(graph.indices.length).toBe(expected.filter((value) => value !== 0).length);
}

describe('knnGraph', () => {
  for (const includeSelf of [true, false]) {
    for (const blockSize of [1, 3, 8, 64, 1000]) {
      it(`equals brute force, includeSelf ${includeSelf}, blocks of ${blockSize}`, () => {
        expectBruteForce(randomFeatures(37, 5), { k: 6, includeSelf, blockSize });
      });
    }
  }

  it('equals brute force with more columns than a panel holds', () => {
    expectBruteForce(randomFeatures(21, 600), { k: 4, includeSelf: false, blockSize: 8 });
  });

  it('gives rows without features no neighbours but themselves', () => {
    const features = randomFeatures(12, 3, [0, 7, 11]);
    expectBruteForce(features, { k: 3, includeSelf: false });
    expectBruteForce(features, { k: 3, includeSelf: true });
    expect(knnGraph(features, { k: 3, includeSelf: false }).offsets[1]).toBe(0);
  });

  it('takes all items when there are fewer than k', () => {
    const features = randomFeatures(6, 4);
    expectBruteForce(features, { k: 6, includeSelf: true });
    expectBruteForce(features, { k: 50, includeSelf: false });
    expect(knnGraph(features, { k: 50, includeSelf: false }).indices.length).toBe(30);
  });

  it('prefers the lower index of equal cosines, whatever the blocks', () => {
    // Items 0–4 point the same way, item 5 elsewhere.
    const data = Float32Array.of(1, 0, 2, 0, 4, 0, 1, 0, 8, 0, 1, 1);
    for (const blockSize of [1, 2, 3, 6]) {
      const options = { k: 2, includeSelf: false, blockSize };
      const graph = knnGraph({ rows: 6, columns: 2, data }, options);
      expect([...graph.indices]).toEqual([1, 2, 0, 2, 0, 1, 0, 1, 0, 1, 0, 1]);
    }
  });

  it('drops the higher index of equal cosines when a nearer item comes', () => {
    // Seen from item 0: items 1 to 3 alike, then item 4 nearer.
    const data = Float32Array.of(1, 0, 1, 1, 1, 1, 1, 1, 1, 0);
    const graph = knnGraph({ rows: 5, columns: 2, data }, { k: 3, includeSelf: false });
    expect([...graph.indices.subarray(0, 3)]).toEqual([1, 2, 4]);
  });

  it('keeps the item itself before its duplicates', () => {
    const data = Float32Array.of(1, 2, 1, 2, 1, 2);
    const graph = knnGraph({ rows: 3, columns: 2, data }, { k: 1 });
    expect([...graph.indices]).toEqual([0, 1, 2]);
    expect([...graph.values]).toEqual([1, 1, 1]);
  });

  it('weighs and normalises edges by the row sums of both ends', () => {
    // Cosines: 0–1 .6, 0–2 0, 1–2 .8. Two best others: 1 → {0, 2}, the row sums are .6, 1.4, .8.
    const features = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 3, 4, 0, 2) };
    const dense = (options: Partial<KnnGraphOptions>) =>
      [...toDense(knnGraph(features, { k: 2, includeSelf: false, ...options }))].map(
        (value) => Math.round(value * 1e5) / 1e5,
      );
    expect(dense({})).toEqual([0, 0.6, 0, 0.6, 0, 0.8, 0, 0.8, 0]);
    expect(dense({ weights: 'binary' })).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 0]);
    expect(dense({ k: 1, normalization: 'row' })).toEqual([0, 1, 0, 0, 0, 1, 0, 1, 0]);
    const edge = (weight: number, a: number, b: number) =>
      Math.round((weight / Math.sqrt(a * b)) * 1e5) / 1e5;
    const [first, second] = [edge(0.6, 0.6, 1.4), edge(0.8, 1.4, 0.8)];
    expect(dense({ normalization: 'symmetric' })).toEqual([
      0,
      first,
      0,
      first,
      0,
      second,
      0,
      second,
      0,
    ]);
    // Directed: with one neighbour each, 0 → 1 → 2 ⇄ 1, the column sums would be 0, 1.4 and .8.
    const directed = dense({ k: 1, normalization: 'symmetric' });
    expect(directed).toEqual([0, edge(0.6, 0.6, 0.8), 0, 0, 0, edge(0.8, 0.8, 0.8), 0, 1, 0]);
  });

  it('changes nothing of its argument', () => {
    const features = randomFeatures(9, 3);
    const before = features.data.slice();
    knnGraph(features, { k: 2, normalization: 'row', weights: 'binary' });
    expect(features.data).toEqual(before);
  });

  it('makes an empty graph of no items', () => {
    const graph = knnGraph({ rows: 0, columns: 3, data: new Float32Array(0) });
    expect([graph.rows, graph.offsets.length, graph.indices.length]).toEqual([0, 1, 0]);
  });

  it('refuses what is not finite, does not fit, or cannot be normalised', () => {
    const data = Float32Array.of(1, 2, 3, NaN);
    expect(() => knnGraph({ rows: 2, columns: 2, data })).toThrow(
      'knnGraph: features must be finite, got NaN in row 1, column 1.',
    );
    expect(() => knnGraph({ rows: 3, columns: 2, data })).toThrow(
      'knnGraph: features must hold rows × columns numbers, got [3, 2] with 4 numbers.',
    );
    const opposite = { rows: 2, columns: 1, data: Float32Array.of(1, -1) };
    expect(() => knnGraph(opposite, { includeSelf: false, normalization: 'row' })).toThrow(
      'normalizeRows: row sums must be ≥ 0, got -1 in row 0.',
    );
    expect(() => knnGraph(opposite, { k: 0 })).toThrow(
      'knnGraph: k must be an integer ≥ 1, got 0.',
    );
  });
});

it('gives items that are marked missing no neighbours, and nobody them, whatever stands in their rows', () => {
  const features = { rows: 4, columns: 2, data: Float32Array.of(1, 0, 1, 0.1, 1, 0.2, 1, 0.3) };
  const missing = Uint8Array.of(0, 1, 0, 0);
  const graph = knnGraph({ ...features, missing }, { k: 1, includeSelf: false });
  expect([...graph.offsets]).toEqual([0, 1, 1, 2, 3]);
  expect([...graph.indices]).toEqual([2, 3, 2]);
});
