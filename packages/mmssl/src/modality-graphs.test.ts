import { eachBackend } from '@mmrec/test-utils';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createModalityGraphs } from './modality-graphs.js';

const size = { numUsers: 3, numItems: 4, modalities: ['visual', 'textual'] };
/** Users at angles, items at right angles: user u likes item u best, then the item after it. */
const vectors = (turn: number) => ({
  users: tensor2d(
    [0.1, 1.7, 3.3].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    [3, 2],
  ),
  items: tensor2d(
    [0, 1, 2, 3].flatMap((at) => [
      Math.cos(((at + turn) * Math.PI) / 2),
      Math.sin(((at + turn) * Math.PI) / 2),
    ]),
    [4, 2],
  ),
});

eachBackend(() => {
  it('join each user with the items of the most similar features, in each modality', () => {
    const builder = createModalityGraphs({
      ...{ ...size, neighbors: 2, given: undefined },
      features: () => ({ visual: vectors(0), textual: vectors(1) }),
    });
    const before = memory().numTensors;
    const graphs = builder.current();
    builder.rebuild();
    expect(memory().numTensors).toBe(before);
    expect([...graphs['visual']!.toUsers.indices]).toEqual([0, 1, 1, 2, 2, 3]);
    expect([...graphs['textual']!.toUsers.indices]).toEqual([0, 3, 0, 1, 1, 2]);
    // Each row over the root of its degree: users have 2 edges, items 1, 2, 2 and 1.
    for (const value of graphs['visual']!.toUsers.values) expect(value).toBeCloseTo(2 ** -0.5, 6);
    const ofItems = [...graphs['visual']!.toItems.values];
    [1, 2, 2, 2, 2, 1].forEach((degree, at) => {
      expect(ofItems[at]).toBeCloseTo(degree ** -0.5, 6);
    });
  });

  it('are kept until they are rebuilt', () => {
    let turn = 0;
    const graphs = createModalityGraphs({
      ...{ ...size, neighbors: 1, given: undefined },
      features: () => ({ visual: vectors(turn), textual: vectors(turn) }),
    });
    const edges = () => [...graphs.current()['visual']!.toUsers.indices];
    expect(edges()).toEqual([0, 1, 2]);
    turn = 1;
    expect(edges()).toEqual([0, 1, 2]);
    graphs.rebuild();
    expect(edges()).toEqual([3, 0, 1]);
  });

  it('come back with their buffers', () => {
    let turn = 0;
    const graphs = createModalityGraphs({
      ...{ ...size, neighbors: 2, given: undefined },
      features: () => ({ visual: vectors(turn), textual: vectors(turn) }),
    });
    const edges = () => [...graphs.current()['visual']!.toUsers.indices];
    graphs.rebuild();
    const first = edges();
    const { 'visual/graph': buffer } = graphs.buffers;
    const kept = buffer!.dataSync().slice();
    turn = 1;
    graphs.rebuild();
    expect(edges()).not.toEqual(first);
    buffer!.assign(tensor2d(kept, [3, 2], 'int32'));
    expect(edges()).toEqual(first);
  });
});

const never = () => {
  throw new Error('features are not needed');
};

it('have no edges with 0 neighbours', () => {
  const graphs = createModalityGraphs({
    ...{ ...size, neighbors: 0, given: undefined, features: never },
  }).current();
  expect(Object.keys(graphs)).toEqual(['visual', 'textual']);
  expect(graphs['visual']!.toItems).toMatchObject({ rows: 4, columns: 3 });
  expect(graphs['visual']!.toItems.indices).toHaveLength(0);
});

it('are those given', () => {
  const given = { visual: { ...size, users: Int32Array.of(2, 0), items: Int32Array.of(3, 3) } };
  const graphs = createModalityGraphs({ ...size, neighbors: 2, given, features: never });
  expect([...graphs.current()['visual']!.toUsers.offsets]).toEqual([0, 1, 1, 2]);
  expect(graphs.current()['textual']!.toUsers.indices).toHaveLength(0);
});
