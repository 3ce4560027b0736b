import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mmrec/ops';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomModel } from '../small-model.js';
import type { ServingModel } from '../model/serving-model.js';
import { createHnswIndex, type HnswIndex } from './hnsw-index.js';
import { createExactIndex, type ItemIndex } from './item-index.js';

const d = 16;

function available(): boolean {
  try {
    createHnswIndex({
      itemEmbeddings: Float32Array.of(1, 0),
      userEmbeddings: Float32Array.of(1, 0),
      embeddingSize: 2,
    });
    return true;
  } catch (error) {
    process.stderr.write(`SKIPPED: ${(error as Error).message}\n`);
    return false;
  }
}

await useBackend('wasm');

describe.skipIf(!available())('createHnswIndex', () => {
  let model: ServingModel;
  let index: HnswIndex;
  let exact: ItemIndex;
  beforeAll(() => {
    model = randomModel({ numUsers: 300, numItems: 3000, embeddingSize: d });
    // Popular items are longer: what makes inner products hard for graphs of distances.
    model.itemEmbeddings.forEach((value, at) => {
      model.itemEmbeddings[at] = value * (1 + (Math.floor(at / d) % 7));
    });
    index = createHnswIndex(model);
    exact = createExactIndex(model.itemEmbeddings, d);
  });

  it('finds nearly all of the exact best, and says how many', () => {
    const vectors = model.userEmbeddings;
    const [found, best] = [index.search({ vectors, k: 20 }), exact.search({ vectors, k: 20 })];
    let hits = 0;
    for (let user = 0; user < 300; user++) {
      const list = new Set(found.subarray(user * 20, user * 20 + 20));
      for (const item of best.subarray(user * 20, user * 20 + 20)) if (list.has(item)) hits++;
    }
    expect(hits / 6000).toBeGreaterThan(0.95);
    expect(Math.abs(index.recall - hits / 6000)).toBeLessThan(0.03);
    expect(Array.from(found.subarray(0, 3))).toEqual(Array.from(best.subarray(0, 3)));
  });

  it('leaves out what is excluded, exactly where much is', () => {
    const vectors = model.userEmbeddings.subarray(0, d);
    const [best] = exact.search({ vectors, k: 1 });
    const one = { offsets: Int32Array.of(0, 1), items: Int32Array.of(best!) };
    expect(index.search({ vectors, k: 20, exclude: one })).not.toContain(best);
    const most = Int32Array.from({ length: 2990 }, (_, item) => item);
    const exclude = { offsets: Int32Array.of(0, 2990), items: most };
    const request = { vectors, k: 20, exclude };
    expect(index.search(request)).toEqual(exact.search(request));
    expect(index.search(request).filter((item) => item >= 0)).toHaveLength(10);
  });

  it('is kept in a file, and goes on from it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmrec-hnsw-'));
    const saved = index.save(join(folder, 'graph'));
    const again = createHnswIndex(model, {}, saved);
    rmSync(folder, { recursive: true });
    const vectors = model.userEmbeddings;
    expect(again.recall).toBe(index.recall);
    expect(again.search({ vectors, k: 20 })).toEqual(index.search({ vectors, k: 20 }));
    again.add(vectors.slice(0, d).map((value) => 100 * value));
    expect(again.search({ vectors: vectors.slice(0, d), k: 1 })[0]).toBe(3000);
    again.dispose();
  });

  it('finds items that are added', () => {
    const user = model.userEmbeddings.slice(0, d);
    index.add(user.map((value) => 100 * value));
    expect(index.search({ vectors: user, k: 1 })[0]).toBe(3000);
  });
});
