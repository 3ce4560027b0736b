import { createRng, drawValues, type ItemLists } from '@mmrec/core';
import { eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTopK, createVectorTopK, selectTopOfRows } from './top-k.js';

function lists(rows: readonly (readonly number[])[]): ItemLists {
  let end = 0;
  const ends = rows.map(({ length }) => (end += length));
  return { offsets: Int32Array.of(0, ...ends), items: Int32Array.from(rows.flat()) };
}

/** Sorts everything: NaN and −∞ last and never taken. */
function bruteForce(
  scores: readonly number[],
  k: number,
  excluded: readonly number[] = [],
): number[] {
  const ranked = scores
    .map((score, item) => ({ score, item }))
    .filter(({ score, item }) => score > -Infinity && !excluded.includes(item))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .map(({ item }) => item);
  return Array.from({ length: k }, (_, place) => ranked[place] ?? -1);
}

/** Scores of users in one dimension, each user's the items' numbers times 1: ties among whole numbers. */
const rng = createRng(5);
const numItems = 53;
const normals = drawValues(rng.normal('normals', [160_000]));
const integers = (name: string, range: number) =>
  Array.from(drawValues(rng.uniform(name, [numItems])), (value) => Math.floor(value * range));

eachBackend(() => {
  describe('createVectorTopK', () => {
    const d = 5;
    const vectors = drawValues(rng.normal('vectors', [70, d]));
    const table = drawValues(rng.normal('table', [600, d]));

    it.each([undefined, lists(Array.from({ length: 70 }, (_, row) => [row, row + 3, 500 + row]))])(
      'agrees with createTopK of a table of the vectors',
      (exclude) => {
        const items = tensor2d(table, [600, d]);
        const users = tensor2d(vectors, [70, d]);
        const all = Int32Array.from({ length: 70 }, (_, row) => row);
        const before = memory().numTensors;
        const found = createVectorTopK(items)({ vectors, k: 9, exclude });
        expect(memory().numTensors).toBe(before);
        expect(found).toEqual(createTopK({ users, items })({ users: all, k: 9, exclude }));
      },
    );

    it('refuses what doesn’t fit before anything is read', () => {
      const topK = createVectorTopK(tensor2d(table, [600, d]));
      const one = vectors.subarray(0, d);
      expect(() => topK({ vectors: vectors.subarray(1, d), k: 1 })).toThrow(
        'createVectorTopK: vectors must have 5 numbers each, got 4 in all.',
      );
      expect(() => topK({ vectors: one, k: 1, exclude: lists([[1], [2]]) })).toThrow(
        'createVectorTopK: exclude must have a list for each of 1 vectors, got 2 with 2 items.',
      );
      for (const list of [[600], [-1], [5, 4]]) {
        expect(() => topK({ vectors: one, k: 1, exclude: lists([list]) })).toThrow(
          `createVectorTopK: excluded items must ascend from 0 to 599, got ${list.at(-1)}.`,
        );
      }
    });
  });

  describe('createTopK', () => {
    it('refuses exclusions that don’t fit before masking anything', () => {
      const embeddings = { users: tensor2d([[1], [2]]), items: tensor2d([[1], [2], [3]]) };
      const topK = createTopK(embeddings);
      const users = Int32Array.of(0, 1);
      expect(() => topK({ users, k: 1, exclude: lists([[0]]) })).toThrow(
        'createTopK: exclude must have a list for each of 2 users, got 1.',
      );
      const beyond = { offsets: Int32Array.of(0, 1, 3), items: Int32Array.of(0, 1) };
      expect(() => topK({ users, k: 1, exclude: beyond })).toThrow(
        "createTopK: exclude's offsets must ascend from 0 to at most its 2 items, got 3 as the last.",
      );
      expect(() => topK({ users, k: 1, exclude: lists([[0], [3]]) })).toThrow(
        'createTopK: excluded items must be from 0 to 2, got 3.',
      );
    });

    it.each([1, 2, 3, 10, 53, 60])('agrees with sorting, ties by lower number (k = %i)', (k) => {
      const items = integers('items', 12);
      const users = [1, -1, 2, 0, 3];
      const excluded = [
        [0, 5, 52],
        [],
        integers('excluded', 53),
        [1],
        items.map((_, item) => item),
      ];
      const exclude = lists(excluded.map((list) => [...new Set(list)].sort((a, b) => a - b)));
      const topK = createTopK({
        users: tensor2d(users, [5, 1]),
        items: tensor2d(items, [numItems, 1]),
      });
      const wanted = [4, 0, 2, 1, 3, 0, 2];
      const scoresOf = (user: number) => items.map((item) => users[user]! * item);
      expect([...topK({ users: Int32Array.from(wanted), k })]).toEqual(
        wanted.flatMap((user) => bruteForce(scoresOf(user), k)),
      );
      expect([...topK({ users: Int32Array.from(wanted), k, exclude })]).toEqual(
        wanted.flatMap((user) => bruteForce(scoresOf(user), k, excluded[user])),
      );
    });

    it('agrees with sorting of random inner products, over several blocks of users and items', () => {
      const [users, items] = (
        [
          ['u', 150],
          ['i', 1100],
        ] as const
      ).map(([name, rows]) => tensor2d(drawValues(rng.normal(name, [rows, 6])), [rows, 6])) as [
        ReturnType<typeof tensor2d>,
        ReturnType<typeof tensor2d>,
      ];
      const scores = users.matMul(items, false, true).arraySync() as number[][];
      const all = Int32Array.from({ length: 150 }, (_, user) => user);
      expect([...createTopK({ users, items })({ users: all, k: 20 })]).toEqual(
        scores.flatMap((row) => bruteForce(row, 20)),
      );
    });

    // From 32 users on, items are rounded before their products are made.
    describe('of many users at a time', () => {
      const numUsers = 100;
      const kinds: Readonly<Record<string, (x: number, row: number, column: number) => number>> = {
        normal: (x) => x,
        'whole numbers, with ties': (x) => Math.round(x),
        'rows of very different length': (x, row) => x * 3 ** (row % 7),
        'one long row': (x, row) => (row === 40 ? 1e4 * x : x),
        'rows of zeros': (x, row) => (row % 3 === 0 ? 0 : x),
        'zeros alone': () => 0,
        'all but the same rows': (x, _, column) => Math.sin(column) + 1e-5 * x,
        'a direction that outweighs the others': (x, _, column) => (column === 3 ? 9 : 0.01 * x),
        'few large numbers': (x) => x ** 9,
        'numbers too large for their products': (x) => 1e25 * x,
        'numbers too small for their products': (x) => 1e-25 * x,
        'numbers that are hardly any': (x) => 1e-42 * x,
        'not a number': (x, row, column) => (row === 50 && column === 2 ? NaN : x),
        'infinite numbers': (x, row, column) => (row === 60 && column === 2 ? Infinity : x),
      };
      const values = { users: normals.slice().reverse(), items: normals };
      const table = (
        name: keyof typeof values,
        kind: string,
        [rows, columns]: [number, number],
      ) => {
        const change = kinds[kind]!;
        const changed = values[name]
          .subarray(0, rows * columns)
          .map((x, at) => change(x, Math.floor(at / columns), at % columns));
        return tensor2d(changed, [rows, columns]);
      };
      const ascending = (length: number) => Int32Array.from({ length }, (_, at) => at);

      const shapes = [
        [64, 1300, 20],
        [300, 520, 90],
        [17, 700, 3],
        [16, 30, 40],
      ] as const;

      it.each(
        Object.keys(kinds).flatMap((kind, at) =>
          shapes.slice(0, at < 3 ? 4 : 1).map((shape) => [kind, ...shape] as const),
        ),
      )('gives what a few at a time get: %s, %i columns, %i items, k = %i', (...args) => {
        const [kind, columns, itemCount, k] = args;
        const users = table('users', kind, [numUsers, columns]);
        const items = table('items', kind, [itemCount, columns]);
        // None, most, or few.
        const exclude = lists(
          Array.from({ length: numUsers }, (_, user) =>
            Array.from(ascending(itemCount)).filter((item) =>
              user % 3 === 1
                ? (item + user) % 10 > 0
                : user % 3 === 2 && (7 * item + user) % 23 < 2,
            ),
          ),
        );
        const topK = createTopK({ users, items });
        const all = ascending(numUsers);
        for (const request of [{ k }, { k, exclude }]) {
          const few = Array.from({ length: 4 }, (_, part) => [
            ...topK({ ...request, users: all.subarray(25 * part, 25 * (part + 1)) }),
          ]);
          expect([...topK({ ...request, users: all })]).toEqual(few.flat());
        }
      });

      it('agrees with sorting', () => {
        const users = table('users', 'normal', [70, 32]);
        const items = table('items', 'normal', [1100, 32]);
        const scores = users.matMul(items, false, true).arraySync() as number[][];
        expect([...createTopK({ users, items })({ users: ascending(70), k: 20 })]).toEqual(
          scores.flatMap((row) => bruteForce(row, 20)),
        );
      });
    });

    it('never takes NaN, and fills what is left with −1', () => {
      const items = tensor2d([[NaN], [2], [NaN], [-1], [-Infinity]]);
      const topK = createTopK({ users: tensor2d([[1]]), items });
      expect([...topK({ users: Int32Array.of(0), k: 4 })]).toEqual([1, 3, -1, -1]);
      expect([...topK({ users: Int32Array.of(0), k: 4, exclude: lists([[1, 3]]) })]).toEqual([
        -1, -1, -1, -1,
      ]);
    });

    it('answers for no user, and leaves no tensors behind', () => {
      const embeddings = { users: tensor2d([[1], [2]]), items: tensor2d([[1], [2], [3]]) };
      const before = memory().numTensors;
      const topK = createTopK(embeddings);
      expect([...topK({ users: new Int32Array(0), k: 2 })]).toEqual([]);
      topK({ users: Int32Array.of(0, 1), k: 2, exclude: lists([[0], []]) });
      expect(memory().numTensors).toBe(before);
    });

    it('does not change the embeddings', () => {
      const embeddings = { users: tensor2d([[1]]), items: tensor2d([[1], [2]]) };
      createTopK(embeddings)({ users: Int32Array.of(0), k: 1, exclude: lists([[0, 1]]) });
      expect([...embeddings.items.dataSync()]).toEqual([1, 2]);
    });

    it('refuses users out of range and embeddings of different widths', () => {
      const embeddings = { users: tensor2d([[1]]), items: tensor2d([[1], [2]]) };
      expect(() => createTopK(embeddings)({ users: Int32Array.of(0, 1), k: 1 })).toThrow(
        new RangeError('createTopK: users must be integers from 0 to 0, got 1 at position 1.'),
      );
      expect(() => createTopK({ ...embeddings, items: tensor2d([[1, 2]]) })).toThrow(
        new RangeError('createTopK: items must have shape [any, 1], got [1, 2].'),
      );
    });
  });
});

describe('selectTopOfRows', () => {
  it('agrees with sorting, row by row', () => {
    const rows = ['a', 'b', 'c'].map((name) =>
      integers(name, 9).map((value) => (value === 0 ? NaN : value)),
    );
    for (const k of [1, 4, 53, 70]) {
      const selected = selectTopOfRows(Float32Array.from(rows.flat()), numItems, k);
      expect([...selected]).toEqual(rows.flatMap((row) => bruteForce(row, k)));
    }
  });

  it('takes +∞ but not −∞', () => {
    expect([...selectTopOfRows(Float32Array.of(-Infinity, 0, Infinity), 3, 3)]).toEqual([2, 1, -1]);
  });

  it('knows matrices without rows or columns', () => {
    expect([...selectTopOfRows(new Float32Array(0), 3, 2)]).toEqual([]);
    expect([...selectTopOfRows(new Float32Array(0), 0, 2)]).toEqual([]);
  });
});
