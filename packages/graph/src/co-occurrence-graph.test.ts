import { createRng } from '@mmrec/core';
import { expect, it } from 'vitest';
import { coOccurrenceGraph } from './co-occurrence-graph.js';
import { toDense } from './to-dense.js';

it('keeps the k largest cosines of sets of users, as counted pair by pair', () => {
  const stream = createRng(5).stream('pairs');
  const [numUsers, numItems, k] = [15, 9, 3];
  const sets = Array.from({ length: numItems }, () => new Set<number>());
  const pairs = Array.from({ length: 60 }, () => {
    // The last item has no users.
    const [user, item] = [stream.integer(numUsers), stream.integer(numItems - 1)];
    sets[item]!.add(user);
    return { user, item };
  });
  const interactions = {
    ...{ numUsers, numItems },
    users: Int32Array.from(pairs, ({ user }) => user),
    items: Int32Array.from(pairs, ({ item }) => item),
  };
  const dense = toDense(coOccurrenceGraph(interactions, { k }));
  for (let i = 0; i < numItems; i++) {
    const cosines = sets.map((set, j) => {
      const shared = [...set].filter((user) => sets[i]!.has(user)).length;
      return i === j || shared === 0 ? 0 : shared / Math.sqrt(set.size * sets[i]!.size);
    });
    const kept = cosines
      .map((cosine, j) => ({ cosine, j }))
      .sort((a, b) => b.cosine - a.cosine || a.j - b.j)
      .slice(0, k);
    const expected = cosines.map((_, j) => kept.find((each) => each.j === j)?.cosine ?? 0);
    expect([...dense.slice(i * numItems, (i + 1) * numItems)]).toEqual(
      expected.map((cosine) => expect.closeTo(cosine, 6) as number),
    );
  }
});

it('takes no items and refuses no neighbours', () => {
  const none = { numUsers: 0, numItems: 0, users: new Int32Array(0), items: new Int32Array(0) };
  expect(coOccurrenceGraph(none).values).toHaveLength(0);
  expect(() => coOccurrenceGraph(none, { k: 0 })).toThrow(
    new RangeError('coOccurrenceGraph: k must be an integer ≥ 1, got 0.'),
  );
});
