import { createRng, type Recommender } from '@mmrec/core';
import type { NamedArray } from '@mmrec/features';
import { eachBackend } from '@mmrec/test-utils';
import { memory, mul, sum, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { fit } from './fit.js';
import type { Run } from './run-folder.js';
import { createFactorization, createToy, scriptedWorld } from './toy-models.js';
import { warmStart } from './warm-start.js';

const oldIds = { users: ['ann', 'bob', 'cid'], items: ['x', 'y'] };
const newIds = { users: ['cid', 'dan', 'ann', 'eve'], items: ['w', 'y', 'x'] };

const factorization = (users: readonly string[], items: readonly string[], seed: number) =>
  createFactorization(
    {
      interactions: {
        numUsers: users.length,
        numItems: items.length,
        users: new Int32Array(0),
        items: new Int32Array(0),
      },
      rng: createRng(seed),
    },
    3,
  );

const rowsOf = ({ parameters }: Recommender, name: string) => {
  const values = Array.from(parameters[name]!.dataSync());
  return Array.from({ length: values.length / 3 }, (_, row) => values.slice(3 * row, 3 * row + 3));
};

function runOf(model: Recommender, ids = oldIds): Run {
  const tensors = Object.entries(model.parameters).map(([name, { shape, dataSync }]) => {
    const data = (dataSync.call(model.parameters[name]!) as Float32Array).slice();
    return [name, { shape, data } as NamedArray] as const;
  });
  return {
    folder: 'old',
    config: { model: 'toy' } as Run['config'],
    ids,
    tensors: Object.fromEntries(tensors),
  };
}

eachBackend(() => {
  it('known ids keep their rows though they moved, new ones their initialisation', () => {
    const old = factorization(oldIds.users, oldIds.items, 1);
    const model = factorization(newIds.users, newIds.items, 2);
    const [users, items] = [rowsOf(model, 'users'), rowsOf(model, 'items')];
    const [oldUsers, oldItems] = [rowsOf(old, 'users'), rowsOf(old, 'items')];
    const run = runOf(old);
    const tensors = memory().numTensors;
    expect(warmStart({ model, name: 'toy' }, newIds, run)).toEqual({
      users: { known: 2, added: 2 },
      items: { known: 2, added: 1 },
      skipped: [],
    });
    expect(rowsOf(model, 'users')).toEqual([oldUsers[2], users[1], oldUsers[0], users[3]]);
    expect(rowsOf(model, 'items')).toEqual([items[0], oldItems[1], oldItems[0]]);
    expect(memory().numTensors).toBe(tensors);
  });

  it('other parameters are copied whole: training on does not change the run', async () => {
    const toy = (value: number) =>
      createToy({ scale: value }, ({ scale }) => ({ scale: mul<Scalar>(scale!, 1) }));
    const run = runOf(toy(5));
    const model = toy(1);
    const start = warmStart({ model, name: 'toy' }, oldIds, run);
    expect(start.skipped).toEqual([]);
    expect(model.parameters['scale']!.dataSync()[0]).toBe(5);
    await fit(model, {
      train: scriptedWorld.train,
      rng: createRng(1),
      options: { epochs: 2, learningRate: 1 },
    });
    expect(model.parameters['scale']!.dataSync()[0]).toBeCloseTo(3, 4);
    expect([...run.tensors['scale']!.data]).toEqual([5]);
  });

  it('parameters that are new or of another shape keep their initialisation and are reported', () => {
    const run = runOf(factorization(oldIds.users, oldIds.items, 1));
    const { items, users } = run.tensors;
    const model = factorization(newIds.users, newIds.items, 2);
    const before = rowsOf(model, 'items');
    const skippedWith = (tensors: Run['tensors']) =>
      warmStart({ model, name: 'toy' }, newIds, { ...run, tensors }).skipped;
    expect(skippedWith({ users: users! })).toEqual(['items']);
    expect(
      skippedWith({ users: users!, items: { shape: [3, 2], data: new Float32Array(6) } }),
    ).toEqual(['items']);
    // As many columns, but not a row for each of the run's two items.
    expect(
      skippedWith({ users: users!, items: { shape: [3, 3], data: new Float32Array(9) } }),
    ).toEqual(['items']);
    expect(rowsOf(model, 'items')).toEqual(before);
    expect(skippedWith({ users: users!, items: items! })).toEqual([]);
  });
});

it('refuses a run of another model', () => {
  const model = createToy({ p: 1 }, ({ p }) => tidy(() => ({ p: sum<Scalar>(p!) })));
  expect(() => warmStart({ model, name: 'bm3' }, oldIds, runOf(model))).toThrow(
    new Error('warmStart: old must be a run of bm3, got one of toy.'),
  );
});
