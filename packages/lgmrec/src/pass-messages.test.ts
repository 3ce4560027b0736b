import { createRng, drawValues } from '@mmrec/core';
import { useBackend } from '@mmrec/ops';
import { matMul, mul, tensor2d, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { passMessages, type HyperMessages } from './pass-messages.js';

const rng = createRng(2);
const uniform = (name: string, rows: number, columns: number) =>
  tensor2d(drawValues(rng.uniform(name, [rows, columns])), [rows, columns]);

describe('passMessages', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const world = () => ({
    dependencies: { users: uniform('users', 4, 3), items: uniform('items', 5, 3) },
    embeddings: uniform('embeddings', 5, 2),
  });
  const masked = (x: Tensor2D, name: string): Tensor2D =>
    mul(x, tensor2d(drawValues(rng.dropoutMask(name, x.shape, 0.4)), x.shape));
  const gather = (shares: Tensor2D, x: Tensor2D): Tensor2D => matMul(shares, x, true, false);
  const scatter = (shares: Tensor2D, x: Tensor2D): Tensor2D => matMul(shares, x);
  const expectSame = (actual: Tensor, expected: Tensor) => {
    const numbers = expected.dataSync();
    actual.dataSync().forEach((value, at) => expect(value).toBeCloseTo(numbers[at]!, 5));
  };
  const itemsOf = ({ items, basis }: HyperMessages) => matMul(items, basis);
  const usersOf = ({ users, basis }: HyperMessages) => matMul(users, basis);

  it('passes messages to hyperedges and back, two layers, one mask for all uses', () => {
    const { dependencies, embeddings } = world();
    const options = { numLayers: 2, rate: 0.4, sharedMasks: true, draw: rng };
    const passed = passMessages(dependencies, embeddings, options);
    const [du, di] = [masked(dependencies.users, 'users'), masked(dependencies.items, 'items')];
    const first = scatter(di, gather(di, embeddings));
    expectSame(itemsOf(passed), scatter(di, gather(di, first)));
    expectSame(usersOf(passed), scatter(du, gather(di, first)));
  });

  it('has a mask for each use', () => {
    const { dependencies, embeddings } = world();
    const options = { numLayers: 2, rate: 0.4, sharedMasks: false, draw: rng };
    const passed = passMessages(dependencies, embeddings, options);
    const use = (name: string) => masked(dependencies.items, `items/${name}`);
    const first = scatter(use('scatter/1'), gather(use('gather/1'), embeddings));
    const inHyperedges = gather(use('gather/2'), first);
    expectSame(itemsOf(passed), scatter(use('scatter/2'), inHyperedges));
    expectSame(usersOf(passed), scatter(masked(dependencies.users, 'users'), inHyperedges));
  });

  it('drops nothing without a source of masks', () => {
    const { dependencies, embeddings } = world();
    const options = { numLayers: 1, rate: 0.4, sharedMasks: true };
    const passed = passMessages(dependencies, embeddings, options);
    expectSame(
      usersOf(passed),
      scatter(dependencies.users, gather(dependencies.items, embeddings)),
    );
  });
});
