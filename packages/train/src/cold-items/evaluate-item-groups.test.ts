import { createRng, drawValues, type Interactions } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateItemGroups } from './evaluate-item-groups.js';
import { itemGroups } from './item-groups.js';
import { rankingAuc } from './ranking-auc.js';

const pairs = (numUsers: number, numItems: number, list: [number, number][]): Interactions => ({
  ...{ numUsers, numItems },
  users: Int32Array.from(list, ([user]) => user),
  items: Int32Array.from(list, ([, item]) => item),
});
/** One user whose scores are the items' numbers. */
const scores = (...values: number[]) => ({
  users: tensor2d([[1]]),
  items: tensor2d(values, [values.length, 1]),
});

beforeAll(async () => {
  await useBackend('cpu');
});

describe('rankingAuc', () => {
  it('is the share of pairs in the right order, counted one by one', () => {
    const rng = createRng(3);
    const [numUsers, numItems] = [7, 13];
    const [u, i] = ['users', 'items'].map((name, side) => {
      const size = side === 0 ? numUsers : numItems;
      return tensor2d(
        drawValues(rng.normal(name, [size, 2])).map((value) => Math.round(2 * value)),
        [size, 2],
      );
    }) as [ReturnType<typeof tensor2d>, ReturnType<typeof tensor2d>];
    const stream = rng.stream('pairs');
    const draw = (count: number) =>
      Array.from({ length: count }, (): [number, number] => [
        stream.integer(numUsers),
        stream.integer(numItems),
      ]);
    const [known, wanted] = [draw(20), draw(12)];
    const [a, b] = [u.arraySync() as number[][], i.arraySync() as number[][]];
    const score = (user: number, item: number) =>
      a[user]![0]! * b[item]![0]! + a[user]![1]! * b[item]![1]!;
    const perUser = Array.from({ length: numUsers }, (_, user) => {
      const of = (list: [number, number][]) =>
        new Set(list.filter(([who]) => who === user).map(([, item]) => item));
      const [have, want] = [of(known), of(wanted)];
      const all = Array.from({ length: numItems }, (_, item) => item);
      const others = all.filter((item) => !have.has(item) && !want.has(item));
      const targets = [...want].filter((item) => !have.has(item));
      const wins = targets.flatMap((target) =>
        others.map((other) => (1 + Math.sign(score(user, target) - score(user, other))) / 2),
      );
      return wins.length > 0 ? [wins.reduce((sum, win) => sum + win, 0) / wins.length] : [];
    }).flat();
    const expected = perUser.reduce((sum, auc) => sum + auc, 0) / perUser.length;
    const inputs = {
      train: pairs(numUsers, numItems, known),
      heldOut: pairs(numUsers, numItems, wanted),
    };
    expect(rankingAuc({ users: u, items: i }, inputs)).toBeCloseTo(expected, 10);
  });

  it('is 0.5 where all scores are the same, and NaN where nothing is wanted', () => {
    const none = pairs(1, 3, []);
    expect(rankingAuc(scores(2, 2, 2), { train: none, heldOut: pairs(1, 3, [[0, 1]]) })).toBe(0.5);
    expect(rankingAuc(scores(2, 2, 2), { train: none, heldOut: none })).toBeNaN();
  });
});

describe('evaluateItemGroups', () => {
  const embeddings = () => scores(9, 8, 7, 6, 5, 4);
  // Items 0 and 1 are known; 2 and 5 are wanted.
  const inputs = {
    train: pairs(1, 6, [
      [0, 0],
      [0, 1],
    ]),
    heldOut: pairs(1, 6, [
      [0, 2],
      [0, 5],
    ]),
  };
  const groups = { first: Int32Array.of(0, 1, 2, 3), last: Int32Array.of(4, 5) };

  it('ranks a group’s items among themselves, or among all', async () => {
    const before = memory().numTensors;
    const table = embeddings();
    const options = { groups, ks: [1], metrics: ['recall'] } as const;
    const own = await evaluateItemGroups(table, inputs, options);
    // Item 2 is the first of 2 and 3; item 5 the second of 4 and 5.
    expect(own).toEqual([
      { group: 'first', items: 4, users: 1, metrics: { 'recall@1': 1, auc: 1 } },
      { group: 'last', items: 2, users: 1, metrics: { 'recall@1': 0, auc: 0 } },
    ]);
    const all = await evaluateItemGroups(table, inputs, { ...options, ks: [3], among: 'all' });
    // Of 2, 3, 4, 5 in this order: item 5 is below 2 (wanted elsewhere, another here), 3 and 4.
    expect(all.map(({ metrics }) => metrics)).toEqual([
      { 'recall@3': 1, auc: 1 },
      { 'recall@3': 0, auc: 0 },
    ]);
    table.users.dispose();
    table.items.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('leaves out users without training interactions, but not those whose are in another group', async () => {
    const two = {
      train: pairs(2, 6, [[0, 0]]),
      heldOut: pairs(2, 6, [
        [0, 5],
        [1, 5],
      ]),
    };
    const table = { users: tensor2d([[1], [1]]), items: embeddings().items };
    const users = async (protocol: 'mmrec' | 'lattice') =>
      (await evaluateItemGroups(table, two, { groups: { last: groups.last }, protocol }))[0]!.users;
    expect(await users('mmrec')).toBe(1);
    expect(await users('lattice')).toBe(2);
  });
});

describe('itemGroups', () => {
  const train = pairs(3, 4, [
    [0, 0],
    [1, 0],
    [2, 0],
    [0, 1],
  ]);

  it('divides by training interactions and by what is missing', () => {
    const textual = {
      rows: 4,
      columns: 1,
      data: new Float32Array(4),
      missing: Uint8Array.of(0, 0, 0, 1),
    };
    expect(itemGroups(train, { textual }, 2)).toEqual({
      new: Int32Array.of(2, 3),
      cold: Int32Array.of(1),
      warm: Int32Array.of(0),
      'with textual': Int32Array.of(0, 1, 2),
      'without textual': Int32Array.of(3),
    });
    expect(Object.keys(itemGroups(train))).toEqual(['new', 'cold']);
  });

  it('refuses a bound that is none', () => {
    expect(() => itemGroups(train, {}, 0)).toThrow(
      new RangeError('itemGroups: coldUpTo must be an integer ≥ 1, got 0.'),
    );
  });
});
