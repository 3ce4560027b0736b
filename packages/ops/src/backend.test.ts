import { getBackend, grad, square, tensor1d, topk, version_core } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backendNames, useBackend } from './backend.js';

/** Whether the native back end can be used here: the tests hold with and without it. */
const native = await useBackend('tensorflow').then(
  ({ package: provider, device }) => ({ provider, device }),
  (error: unknown) => (error as Error).message.replace(/^useBackend: /, ''),
);
const available = typeof native === 'object';

describe('useBackend', () => {
  it('lists the fastest first', () => {
    expect(backendNames).toEqual(['tensorflow', 'wasm', 'cpu']);
  });

  it.each(['wasm', 'cpu', 'wasm'] as const)(
    'uses %s, with gradients, and says where it is from',
    async (name) => {
      expect(await useBackend(name)).toEqual({
        name,
        package: `@tensorflow/tfjs-backend-${name}`,
        version: version_core,
        device: 'cpu',
        skipped: [],
      });
      expect(getBackend()).toBe(name);
      expect([...grad((x) => square(x).sum())(tensor1d([3])).dataSync()]).toEqual([6]);
    },
  );

  it.each([
    ['wsam', ` Did you mean 'wasm'?`],
    ['WASM', ` Did you mean 'wasm'?`],
    ['tensorlfow', ` Did you mean 'tensorflow'?`],
    ['webgpu-experimental', ''],
  ])(
    'refuses %s, suggesting the nearest name, and keeps the back end in use',
    async (name, hint) => {
      await useBackend('cpu');
      await expect(useBackend(name as never)).rejects.toThrow(
        new RangeError(
          `useBackend: back end must be one of auto, tensorflow, wasm, cpu, got '${name}'.${hint}`,
        ),
      );
      expect(getBackend()).toBe('cpu');
    },
  );

  it.runIf(available)('uses tensorflow where it can be loaded, with gradients', async () => {
    expect(await useBackend('tensorflow')).toEqual({
      name: 'tensorflow',
      package: available && native.provider,
      version: version_core,
      device: available && native.device,
      skipped: [],
    });
    expect(getBackend()).toBe('tensorflow');
    expect([...grad((x) => square(x).sum())(tensor1d([3])).dataSync()]).toEqual([6]);
    expect([...topk(tensor1d([1, 3, 2]), 2).indices.dataSync()]).toEqual([1, 2]);
  });

  it('takes the first that loads by default, and says why others do not', async () => {
    const info = await useBackend();
    expect(getBackend()).toBe(info.name);
    if (available) expect(info).toMatchObject({ name: 'tensorflow', skipped: [] });
    else expect(info.skipped).toEqual([{ name: 'tensorflow', reason: native }]);
  });
});
