import { createRequire } from 'node:module';
import { getBackend, grad, square, tensor1d, version_core } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backendNames, useBackend } from './backend.js';

const { resolve } = createRequire(import.meta.url);
const nativeInstalled = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'].some((name) => {
  try {
    return Boolean(resolve(name));
  } catch {
    return false;
  }
});

const native =
  `back end 'tensorflow' can't be loaded: @tensorflow/tfjs-node-gpu is not installed; ` +
  '@tensorflow/tfjs-node is not installed. Install it with: npm install @tensorflow/tfjs-node';

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

  it.skipIf(nativeInstalled)(
    'says how to install the native back end where it is not',
    async () => {
      await expect(useBackend('tensorflow')).rejects.toThrow(new Error(`useBackend: ${native}`));
    },
  );

  it.skipIf(nativeInstalled)('takes wasm by default then, and says why', async () => {
    expect(await useBackend()).toMatchObject({
      name: 'wasm',
      skipped: [{ name: 'tensorflow', reason: native }],
    });
    expect(getBackend()).toBe('wasm');
  });
});
