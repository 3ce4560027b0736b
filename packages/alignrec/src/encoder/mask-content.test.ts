import { createRng } from '@mmrec/core';
import { describe, expect, it } from 'vitest';
import { drawViews } from './draw-views.js';
import { maskPatches, maskTokens } from './mask-content.js';
import { toyContent } from './toy-content.js';

const rng = createRng(3);

describe('maskPatches', () => {
  it.each([
    [1, 0],
    [1, 1],
    [4, 6],
    [7, 20],
    [14, 78],
    [14, 196],
  ])('masks exactly the wanted patches of a grid of %i: %i', (gridSize, count) => {
    for (let draw = 0; draw < 20; draw++) {
      const masked = maskPatches(gridSize, count, rng.stream(`${gridSize}/${count}/${draw}`));
      expect(new Set(masked).size).toBe(count);
      expect([...masked].every((patch) => patch >= 0 && patch < gridSize ** 2)).toBe(true);
    }
  });

  it('masks in blocks: far more neighbours are masked together than by chance', () => {
    const [size, count] = [14, 78];
    let [together, pairs] = [0, 0];
    for (let draw = 0; draw < 50; draw++) {
      const masked = new Set(maskPatches(size, count, rng.stream(`blocks/${draw}`)));
      for (const patch of masked) {
        if (patch % size === size - 1) continue;
        pairs++;
        if (masked.has(patch + 1)) together++;
      }
    }
    // By chance 0.4 of a masked patch's neighbours are masked.
    expect(together / pairs).toBeGreaterThan(0.65);
  });

  it('masks every place about equally often but for the border', () => {
    const counts = new Int32Array(16);
    for (let draw = 0; draw < 2000; draw++) {
      for (const patch of maskPatches(4, 6, rng.stream(`places/${draw}`))) counts[patch]!++;
    }
    for (const count of counts) {
      expect(count / 2000).toBeGreaterThan(0.2);
      expect(count / 2000).toBeLessThan(0.6);
    }
  });
});

describe('maskTokens', () => {
  it('masks different positions, each equally often', () => {
    const counts = new Int32Array(8);
    for (let draw = 0; draw < 4000; draw++) {
      const masked = maskTokens(8, 3, rng.stream(`tokens/${draw}`));
      expect(new Set(masked).size).toBe(3);
      expect([...masked]).toEqual([...masked].sort((a, b) => a - b));
      for (const position of masked) counts[position]!++;
    }
    for (const count of counts) expect(Math.abs(count / 4000 - 3 / 8)).toBeLessThan(0.03);
  });
});

describe('drawViews', () => {
  const masking = { imageMask: 0.5, pairedTextMask: 0.5, aloneTextMask: 0.2, alone: 0.25 };

  it('shows each item twice, and the other modality in all but a share of the views', () => {
    const content = toyContent(800);
    const items = Array.from({ length: 800 }, (_, item) => item);
    const views = drawViews(content, items, { rng, masking });
    expect(views.length).toBe(1600);
    const images = views.filter(({ maskedPatches }) => maskedPatches);
    const texts = views.filter(({ maskedTokens }) => maskedTokens);
    expect([images.length, texts.length]).toEqual([800, 800]);
    expect(images.every(({ maskedPatches }) => maskedPatches!.length === 2)).toBe(true);
    for (const [shown, key] of [
      [images, 'hideText'],
      [texts, 'hideImage'],
    ] as const) {
      const hidden = shown.filter((view) => view[key] === true).length;
      expect(Math.abs(hidden / 800 - 0.25)).toBeLessThan(0.05);
    }
    for (const { item, maskedTokens, hideImage } of texts) {
      const length = content.texts.offsets[item + 1]! - content.texts.offsets[item]!;
      expect(maskedTokens!.length).toBe(Math.max(1, Math.round((hideImage ? 0.2 : 0.5) * length)));
    }
  });

  it('asks of an item without a modality for the other alone', () => {
    const content = toyContent(3);
    content.images.missing[0] = 1;
    content.texts.offsets.fill(content.texts.offsets[1]!, 2);
    const views = drawViews(content, [0, 1, 2], { rng, masking: { ...masking, alone: 0 } });
    expect(views.map(({ item }) => item)).toEqual([0, 1, 2]);
    expect(views[0]!.maskedTokens!.length).toBe(1);
    expect(views[1]!.maskedPatches!.length).toBe(2);
  });
});
