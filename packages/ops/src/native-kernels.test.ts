import { createRng, drawValues } from '@mmrec/core';
import {
  addN,
  engine,
  mean,
  tensor,
  variable,
  type Scalar,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdam } from './adam.js';
import { useBackend } from './backend.js';
import { transposeCsr } from './csr.js';
import { dropout } from './dropout.js';
import { gatherRows } from './gather-rows.js';
import { disposeGradients, valueAndGradients } from './gradients.js';
import { l2NormOfRows } from './l2-norm.js';
import { projectRows } from './linear.js';
import { propagateBipartite } from './propagate-bipartite.js';
import { meanCosineOfRows } from './row-norms.js';
import { tripletGaps } from './triplet-gaps.js';
import type { NodeBackend } from './wasm/node-backend.js';

const native = (process.env['MMREC_BACKENDS'] ?? '').split(',').includes('tensorflow');

describe.skipIf(!native)('on libtensorflow’s own operations, as on a GPU', () => {
  beforeAll(async () => void (await useBackend('tensorflow', { kernels: 'native' })));

  it('a training step reads nothing back to the host', () => {
    const rng = createRng(1);
    const table = (name: string, rows: number, columns: number) =>
      variable(tensor(drawValues(rng.normal(name, [rows, columns])), [rows, columns]) as Tensor2D);
    const userItem = {
      ...{ rows: 3, columns: 4, offsets: Int32Array.of(0, 2, 3, 4) },
      ...{ indices: Int32Array.of(0, 3, 1, 2), values: Float32Array.of(1, 2, 3, 4) },
    };
    const blocks = { userItem, itemUser: transposeCsr(userItem) };
    const parameters = {
      users: table('users', 3, 8),
      items: table('items', 4, 8),
      features: table('features', 4, 5),
      weight: table('weight', 5, 8),
      bias: variable(tensor(drawValues(rng.normal('bias', [8])))),
    };
    const { users, items, features, weight, bias } = parameters;
    const [u, i, j] = [Int32Array.of(0, 2, 1), Int32Array.of(3, 1, 3), Int32Array.of(1, 0, 2)];
    const objective = () => {
      const [hu, hi] = propagateBipartite(blocks, [users, items], [0.5, 0.5]);
      const gaps = tripletGaps(hu, hi, { users: u, positiveItems: i, negativeItems: j });
      const projected = projectRows(features, i, { weight, bias: bias as never });
      const target = dropout(gatherRows(hi, i), rng.dropoutMask('mask', [4, 8], 0.5), i);
      const terms = [
        mean<Scalar>(gaps),
        meanCosineOfRows(projected, target),
        l2NormOfRows(users, u),
      ];
      return addN<Scalar>(terms);
    };
    const optimizer = createAdam(parameters);
    const step = () => {
      const { value, gradients } = valueAndGradients(objective, parameters);
      optimizer.step(gradients);
      disposeGradients(gradients);
      value.dispose();
    };
    const before = users.dataSync().slice();
    // Everything that libtensorflow hands out goes through this function of its binding. Row numbers, which
    // TensorFlow.js checks before they go to the device, are on the host still.
    const backend = engine().backend as unknown as NodeBackend;
    const { binding } = backend;
    const names = Object.getOwnPropertyNames(binding) as (keyof typeof binding)[];
    const copy = Object.fromEntries(names.map((name) => [name, binding[name]]));
    const read = vi.fn(binding.tensorDataSync.bind(binding));
    Object.assign(backend, { binding: { ...copy, tensorDataSync: read } });
    for (let round = 0; round < 2; round++) step();
    expect(read).not.toHaveBeenCalled();
    users.dataSync();
    expect(read).toHaveBeenCalled();
    Object.assign(backend, { binding });
    expect(users.dataSync()).not.toEqual(before);
    optimizer.dispose();
  });
});
