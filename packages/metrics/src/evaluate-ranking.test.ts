import { itemsByUser, type ItemLists, type TopKRequest } from '@mmrec/core';
import { goldenCases, type GoldenTensor } from '@mmrec/test-utils';
import { describe, expect, it } from 'vitest';
import { evaluateRanking } from './evaluate-ranking.js';
import { innerProductTopK } from './inner-product-top-k.js';
import type { RankingMetric, RankingProtocol } from './ranking-metrics.js';

interface GoldenCase {
  protocol: RankingProtocol;
  scores: GoldenTensor;
  train: [number, number][];
  test: [number, number][];
  topK: number[][];
  users: number[];
  expected: Record<`${RankingMetric}@${number}`, number>;
}

for (const { name, data } of goldenCases<GoldenCase>(
  'metrics',
  new URL('../fixtures/golden/', import.meta.url),
)) {
  it(name, async () => {
    const [numUsers, numItems] = data.scores.shape as [number, number];
    const listsOf = (pairs: [number, number][]) =>
      itemsByUser({
        numUsers,
        numItems,
        users: Int32Array.from(pairs, ([user]) => user),
        items: Int32Array.from(pairs, ([, item]) => item),
      });
    // Inner products with unit vectors are the scores.
    const identity = new Float32Array(numItems * numItems);
    for (let item = 0; item < numItems; item++) identity[item * numItems + item] = 1;
    const names = Object.keys(data.expected).map(
      (key) => key.split('@') as [RankingMetric, string],
    );
    const listLength = data.topK[0]!.length;

    const { mean, users, topLists } = await evaluateRanking({
      topK: innerProductTopK({
        users: Float32Array.from(data.scores.data),
        items: identity,
        dimension: numItems,
      }),
      relevant: listsOf(data.test),
      exclude: listsOf(data.train),
      metrics: [...new Set(names.map(([metric]) => metric))],
      ks: [...new Set(names.map(([, k]) => Number(k)))],
      protocol: data.protocol,
      coldUsers: 'evaluate',
      listLength,
      blockSize: 7,
      keepTopLists: true,
    });

    expect([...users]).toEqual(data.users);
    expect([...topLists!.items]).toEqual(data.topK.flat());
    for (const [key, expected] of Object.entries(data.expected)) {
      const got = mean[key as keyof typeof mean]!;
      expect(Math.abs(got - expected), `${key} is ${got}, not ${expected}`).toBeLessThanOrEqual(
        Math.max(1e-5 * Math.abs(expected), 1e-6),
      );
    }
  });
}

const lists = (...each: number[][]): ItemLists => ({
  offsets: Int32Array.from([0, ...each.map((_, at) => each.slice(0, at + 1).flat().length)]),
  items: Int32Array.from(each.flat()),
});
/** Ranks 0, 1, 2, … for everyone, ignoring what is excluded. */
const inOrder = ({ users, k }: TopKRequest) =>
  Int32Array.from({ length: users.length * k }, (_, at) => at % k);

describe('evaluateRanking', () => {
  it('leaves out users without relevant items and keeps values of each user', async () => {
    const { users, perUser, mean } = await evaluateRanking({
      topK: inOrder,
      relevant: lists([0, 9], [], [1], [8]),
      metrics: ['recall', 'mrr'],
      ks: [1, 2],
    });
    expect([...users]).toEqual([0, 2, 3]);
    expect(perUser['recall@2']).toEqual(new Float32Array([0.5, 1, 0]));
    expect(perUser['mrr@2']).toEqual(new Float32Array([1, 0.5, 0]));
    expect(mean).toEqual({ 'recall@1': 0.5 / 3, 'recall@2': 0.5, 'mrr@1': 1 / 3, 'mrr@2': 0.5 });
  });

  it('evaluates the users asked for, in their order', async () => {
    const { users, perUser } = await evaluateRanking({
      topK: inOrder,
      relevant: lists([0], [], [5]),
      users: new Int32Array([2, 1, 0]),
      metrics: ['hit'],
      ks: [3],
    });
    expect([...users]).toEqual([2, 0]);
    expect([...perUser['hit@3']]).toEqual([0, 1]);
  });

  it.each([
    ['mmrec', undefined, [0]],
    ['lattice', undefined, [0, 1]],
    ['mmrec', 'evaluate', [0, 1]],
    ['lattice', 'skip', [0]],
  ] as const)(
    'users without training items, protocol %s, %s',
    async (protocol, coldUsers, expected) => {
      const { users } = await evaluateRanking({
        topK: inOrder,
        relevant: lists([0], [1]),
        exclude: lists([2], []),
        metrics: ['recall'],
        ks: [1],
        protocol,
        ...(coldUsers && { coldUsers }),
      });
      expect([...users]).toEqual(expected);
    },
  );

  it('takes the ideal of protocol lattice from the whole list, however short the cut-off', async () => {
    const ndcg = async (protocol: RankingProtocol, listLength: number) => {
      const { mean } = await evaluateRanking({
        topK: inOrder,
        relevant: lists([0, 3, 7]),
        metrics: ['ndcg'],
        ks: [2],
        protocol,
        listLength,
      });
      return mean['ndcg@2'];
    };
    const two = 1 + 1 / Math.log2(3);
    expect(await ndcg('lattice', 2)).toBe(1);
    expect(await ndcg('lattice', 4)).toBeCloseTo(1 / two, 12);
    expect(await ndcg('mmrec', 2)).toBeCloseTo(1 / two, 12);
  });

  it('gives the same numbers whatever the block size, and awaits the ranker', async () => {
    const seen: number[] = [];
    const evaluate = (blockSize: number) =>
      evaluateRanking({
        topK: async (request) => {
          seen.push(request.users.length);
          return Promise.resolve(inOrder(request));
        },
        relevant: lists([0], [3], [1, 2], [2], [9]),
        metrics: ['recall', 'precision', 'ndcg', 'map', 'mrr', 'hit'],
        ks: [1, 3],
        blockSize,
      });
    const small = await evaluate(2);
    expect(seen).toEqual([2, 2, 1]);
    expect(await evaluate(100)).toEqual(small);
  });

  it('passes the excluded items on and returns the lists when asked', async () => {
    const exclude = lists([4], [5]);
    const requests: TopKRequest[] = [];
    const { topLists } = await evaluateRanking({
      topK: (request) => (requests.push(request), inOrder(request)),
      relevant: lists([0], [1]),
      exclude,
      metrics: ['recall'],
      ks: [2],
      keepTopLists: true,
    });
    expect(requests.map((request) => request.exclude)).toEqual([exclude]);
    expect(topLists).toEqual({
      users: new Int32Array([0, 1]),
      items: new Int32Array([0, 1, 0, 1]),
      k: 2,
    });
  });

  it('has no mean over nobody', async () => {
    const { mean, users } = await evaluateRanking({
      topK: inOrder,
      relevant: lists([], []),
      metrics: ['recall'],
      ks: [5],
    });
    expect(users.length).toBe(0);
    expect(mean['recall@5']).toBeNaN();
  });

  it.each([
    [{ ks: [10, 0] }, 'evaluateRanking: k must be an integer ≥ 1, got 0.'],
    [{ ks: [] }, 'evaluateRanking: ks must hold at least one cut-off, got none.'],
    [
      { listLength: 9 },
      'evaluateRanking: listLength must be an integer ≥ 10, the largest cut-off, got 9.',
    ],
    [{ blockSize: 0 }, 'evaluateRanking: blockSize must be an integer ≥ 1, got 0.'],
    [
      { metrics: ['recal' as RankingMetric] },
      "evaluateRanking: metric must be one of 'recall', 'precision', 'map', 'mrr', 'hit', 'ndcg', got 'recal'. Did you mean 'recall'?",
    ],
    [
      { protocol: 'latice' as RankingProtocol },
      "evaluateRanking: protocol must be one of 'mmrec', 'lattice', got 'latice'. Did you mean 'lattice'?",
    ],
    [
      { users: new Int32Array([0, 2]) },
      'evaluateRanking: users must be integers from 0 to 1, got 2 at position 1.',
    ],
    [
      { exclude: lists([1]) },
      'evaluateRanking: exclude must hold a list for every user, got 1 lists and user 1.',
    ],
    [{ topK: () => new Int32Array(7) }, 'evaluateRanking: topK must return 2 × 10 items, got 7.'],
  ])('refuses %o', async (given, message) => {
    const evaluation = evaluateRanking({
      topK: inOrder,
      relevant: lists([0], [1]),
      metrics: ['recall'] as RankingMetric[],
      ks: [10] as number[],
      ...given,
    });
    await expect(evaluation).rejects.toThrow(new RangeError(message));
  });
});
