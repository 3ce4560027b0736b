import { createRng, type FeatureMatrix, type Interactions } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { tinyWorld } from '@mmrec/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateFeatures } from './evaluate-features.js';

const world = tinyWorld(1);
const { interactions: train } = world;
const [visual, textual] = [world.features['visual']!, world.features['textual']!];
const heldOut: Interactions = {
  ...train,
  users: Int32Array.from(world.withheld, (_, user) => user),
  items: world.withheld,
};
const options = { rng: createRng(1), ks: [5], metrics: ['recall' as const] };
const noise: FeatureMatrix = {
  rows: 20,
  columns: 1,
  data: Float32Array.from({ length: 20 }, (_, item) => Math.cos(7 * item)),
};

describe('evaluateFeatures', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('judges modalities alone and joined, other matrices alone, each masked in turn', async () => {
    const sets = { modalities: { visual, textual }, others: { noise } };
    const { users, rows } = await evaluateFeatures(sets, { train, heldOut }, options);
    expect(users).toBe(12);
    const lines = rows.map(({ ranking, features, masked }) =>
      [ranking, features, masked].filter(Boolean).join(' / '),
    );
    const of = (ranking: string) => [
      `${ranking} / visual`,
      `${ranking} / textual`,
      `${ranking} / visual + textual`,
      `${ranking} / visual + textual / visual`,
      `${ranking} / visual + textual / textual`,
      `${ranking} / noise`,
      `${ranking} / noise / noise`,
    ];
    expect(lines).toEqual(['random', 'mostPopular', ...of('zeroShot'), ...of('itemCf')]);
  });

  it('finds features that tell the tastes apart, and those that don’t', async () => {
    const sets = { modalities: { visual }, others: { noise } };
    const { rows } = await evaluateFeatures(sets, { train, heldOut }, options);
    const recall = (ranking: string, features?: string) =>
      rows.find((row) => row.ranking === ranking && row.features === features && !row.masked)!
        .metrics['recall@5']!;
    expect(recall('zeroShot', 'visual')).toBe(1);
    expect(recall('itemCf', 'visual')).toBe(1);
    for (const other of [recall('zeroShot', 'noise'), recall('random')]) {
      expect(other).toBeLessThan(0.7);
    }
  });

  it('says what is left of a metric when items lose a modality', async () => {
    const masked = async (share: number) => {
      const sets = { modalities: { visual } };
      const { rows } = await evaluateFeatures(
        sets,
        { train, heldOut },
        { ...options, mask: { share, fill: 'zero' } },
      );
      return rows.find((row) => row.ranking === 'zeroShot' && row.masked === 'visual')!;
    };
    expect((await masked(0)).kept).toEqual({ 'recall@5': 1 });
    const half = await masked(0.5);
    expect(half.kept!['recall@5']).toBe(half.metrics['recall@5']);
    expect(half.metrics['recall@5']).toBeLessThan(1);
  });

  it('gives the same for the same source', async () => {
    const run = () =>
      evaluateFeatures({ modalities: { visual, textual } }, { train, heldOut }, options);
    expect(await run()).toEqual(await run());
  });

  it('refuses no matrices and matrices of other items', async () => {
    await expect(evaluateFeatures({}, { train, heldOut }, options)).rejects.toThrow(
      new RangeError('evaluateFeatures: sets must hold at least one matrix, got none.'),
    );
    const short = { rows: 3, columns: 1, data: new Float32Array(3) };
    await expect(
      evaluateFeatures({ others: { short } }, { train, heldOut }, options),
    ).rejects.toThrow('zeroShotTopK: features must have 20 rows, one an item, got 3.');
  });
});
