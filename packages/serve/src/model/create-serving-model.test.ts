import { createRng, drawValues } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { embedContent } from './content-map.js';
import { createServingModel } from './create-serving-model.js';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Items whose embeddings are their first features; every item is known to one user. */
function inputs(numItems: number, columns: number) {
  const rng = createRng(2);
  const [numUsers, d] = [20, 3];
  const data = drawValues(rng.normal('features', [numItems, columns]));
  const items = Float32Array.from({ length: numItems * d }, (_, at) => {
    return data[Math.floor(at / d) * columns + (at % d)]!;
  });
  return {
    embeddings: {
      users: tensor2d(drawValues(rng.normal('users', [numUsers, d])), [numUsers, d]),
      items: tensor2d(items, [numItems, d]),
    },
    train: {
      ...{ numUsers, numItems },
      users: Int32Array.from({ length: numItems }, (_, item) => item % numUsers),
      items: Int32Array.from({ length: numItems }, (_, item) => item),
    },
    features: { visual: { rows: numItems, columns, data } },
  };
}

describe('createServingModel', () => {
  it('names users and items by their rows, and learns both maps', () => {
    const { features, ...others } = inputs(60, 5);
    const model = createServingModel({ ...others, features });
    expect(model.users.at(-1)).toBe('19');
    expect(model.items.at(-1)).toBe('59');
    const row = features.visual.data.subarray(5 * 7, 5 * 8);
    const made = embedContent(model.content!, { visual: row });
    made.forEach((value, c) => expect(value).toBeCloseTo(row[c]!, 1));
    expect(createServingModel(others).content).toBeUndefined();
  });

  it('learns from all items where there are many features', () => {
    const wide = inputs(1600, 850);
    const model = createServingModel(wide);
    let [dots, made2, true2] = [0, 0, 0];
    for (let item = 1; item < 1600; item += 50) {
      const row = wide.features.visual.data.subarray(850 * item, 850 * (item + 1));
      const made = embedContent(model.content!, { visual: row });
      for (let c = 0; c < 3; c++) {
        dots += made[c]! * row[c]!;
        made2 += made[c]! ** 2;
        true2 += row[c]! ** 2;
      }
    }
    expect(dots / Math.sqrt(made2 * true2)).toBeGreaterThan(0.4);
  });

  it('refuses lists of another length', () => {
    const given = inputs(60, 5);
    expect(() => createServingModel({ ...given, items: ['a'] })).toThrow(
      'createServingModel: items must have 60 rows, as train has, got 1.',
    );
    expect(() => createServingModel({ ...given, train: { ...given.train, numUsers: 21 } })).toThrow(
      'createServingModel: embeddings.users must have 21 rows, as train has, got 20.',
    );
  });
});
