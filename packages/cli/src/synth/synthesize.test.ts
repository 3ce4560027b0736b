import { itemsByUser, type Interactions } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.js';

const shop = synthesize({ seed: 1 });
const { train, validation, test } = shop.splits;

/** Interactions of each item. */
const degrees = ({ items, numItems }: Interactions) => {
  const counts = new Int32Array(numItems);
  for (const item of items) counts[item]!++;
  return counts;
};

describe('synthesize', () => {
  it('makes 3,000 users and 2,000 items with 15,000 to 20,000 interactions', () => {
    expect([train.numUsers, train.numItems, shop.items.length]).toEqual([3000, 2000, 2000]);
    expect(shop.interactions.items.length).toBeGreaterThan(15_000);
    expect(shop.interactions.items.length).toBeLessThan(20_000);
  });

  it('splits by the mmrec protocol: two held out below ten interactions, one of them for validation', () => {
    const all = itemsByUser(shop.interactions);
    const held = itemsByUser(validation);
    const tested = itemsByUser(test);
    for (let user = 0; user < train.numUsers; user++) {
      const count = (lists: typeof all) => lists.offsets[user + 1]! - lists.offsets[user]!;
      const n = count(all);
      const heldOut = n < 10 ? 2 : Math.floor(n / 5);
      expect([count(held), count(tested)]).toEqual([
        Math.floor(heldOut / 2),
        heldOut - Math.floor(heldOut / 2),
      ]);
    }
  });

  it('gives each user 4 to 60 different items, most of them few', () => {
    const { offsets, items } = itemsByUser(shop.interactions);
    expect(items.length).toBe(shop.interactions.items.length);
    const counts = Array.from(offsets.subarray(1), (end, user) => end - offsets[user]!);
    counts.sort((a, b) => a - b);
    expect(counts[0]).toBe(4);
    expect(counts[1500]).toBeLessThan(9);
    expect(counts[2999]).toBeGreaterThan(20);
    expect(counts[2999]).toBeLessThanOrEqual(60);
  });

  it('gives items a long tail: the first tenth takes 25 to 40 %, a fifth has fewer than five', () => {
    const counts = degrees(train).sort((a, b) => b - a);
    const head = counts.subarray(0, 200).reduce((sum, count) => sum + count, 0);
    expect(head / train.items.length).toBeGreaterThan(0.25);
    expect(head / train.items.length).toBeLessThan(0.4);
    expect(counts.filter((count) => count < 5).length).toBeGreaterThan(400);
  });

  it('lets somebody take the last item, since readers count items by the largest id', () => {
    for (const seed of [0, 1, 2, 3]) {
      const { interactions } = synthesize({ seed, numUsers: 10, numItems: 500 });
      expect(interactions.items).toContain(499);
    }
  });

  it('titles are unique, in small and in large catalogues', () => {
    expect(new Set(shop.items.map(({ title }) => title)).size).toBe(2000);
    const { items } = synthesize({ seed: 1, numUsers: 10, numItems: 9000 });
    expect(new Set(items.map(({ title }) => title)).size).toBe(9000);
  });

  it('makes finite features with one row an item', () => {
    const { visual, textual } = shop.features;
    expect([visual.rows, visual.columns, visual.data.length]).toEqual([2000, 64, 128_000]);
    expect([textual.rows, textual.columns, textual.data.length]).toEqual([2000, 48, 96_000]);
    expect(visual.data.every(Number.isFinite) && textual.data.every(Number.isFinite)).toBe(true);
  });

  it('depends on the seed and on nothing else', () => {
    const make = (seed: number) => {
      const { illustrate, ...shop } = synthesize({ seed, numUsers: 20, numItems: 40 });
      return { ...shop, pictures: illustrate() };
    };
    expect(make(5)).toEqual(make(5));
    expect(make(5).pictures).not.toEqual(make(6).pictures);
    expect(make(5).interactions.items).not.toEqual(make(6).interactions.items);
    expect(make(5).features.visual.data).not.toEqual(make(6).features.visual.data);
  });

  it('gives a user every item when there are fewer than it would take', () => {
    const { interactions } = synthesize({ seed: 2, numUsers: 400, numItems: 10 });
    const { offsets } = itemsByUser(interactions);
    const counts = Array.from(offsets.subarray(1), (end, user) => end - offsets[user]!);
    expect(Math.max(...counts)).toBe(10);
  });

  it('refuses too few users or items', () => {
    expect(() => synthesize({ seed: 1, numUsers: 9 })).toThrow(
      'synthesize: numUsers must be an integer ≥ 10, got 9.',
    );
    expect(() => synthesize({ seed: 1, numItems: 10.5 })).toThrow(
      'synthesize: numItems must be an integer ≥ 10, got 10.5.',
    );
  });
});
