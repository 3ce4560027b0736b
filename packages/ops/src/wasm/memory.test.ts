import { memory, ones } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend.js';
import { tensorMemory } from '../tensor-memory.js';
import { importSharedMemory } from './shared-memory.js';

describe('memory that can’t be had', () => {
  beforeAll(async () => void (await useBackend('wasm')));

  it('is an error that names the tensor and its size, after which everything goes on', () => {
    const before = memory().numTensors;
    // 5 GB, past the 4 GiB of WebAssembly's memory, and 4.295 GB, past what is left of it.
    for (const [shape, size] of [
      ['[1250000, 1000]', '5,000'],
      ['[1073700, 1000]', '4,295'],
    ] as const) {
      const [rows] = JSON.parse(shape) as [number];
      expect(() => tensorMemory()!.create([rows, 1000], 'float32')).toThrow(
        new RegExp(
          `^wasm: no memory for a float32 tensor of shape \\${shape.slice(0, -1)}\\]: ${size} MB are needed and ` +
            'the back end holds [\\d,]+ of at most 4,295 MB. Take a smaller embeddingSize',
        ),
      );
    }
    expect(memory().numTensors).toBe(before);
    expect([...ones([3]).dataSync()]).toEqual([1, 1, 1]);
  });
});

describe('importSharedMemory', () => {
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  /** No functions; imports nothing; one memory of 1 to 3 pages, exported as `m`. */
  const module = [...head, 2, 1, 0, 5, 4, 1, 1, 1, 3, 7, 5, 1, 1, 109, 2, 0];

  it('gives a module the memory that it would have made', () => {
    const { bytes, initialPages, maximumPages } = importSharedMemory(Uint8Array.from(module));
    expect([initialPages, maximumPages]).toEqual([1, 3]);
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
    const compiled = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: shared } });
    expect(exports['m']).toBe(shared);
  });

  it.each<[string, number[], string]>([
    [
      'without a memory',
      [...head, 2, 1, 0],
      'importSharedMemory: the module must define a memory, got none.',
    ],
    [
      'whose memory has no maximum',
      [...head, 2, 1, 0, 5, 3, 1, 0, 1],
      'importSharedMemory: the module must define one memory with a maximum.',
    ],
    [
      'without imports',
      [...head, 5, 4, 1, 1, 1, 3],
      'importSharedMemory: the module must have imports, got none.',
    ],
    [
      'cut off',
      module.slice(0, 11),
      'importSharedMemory: the module must define a memory, got none.',
    ],
  ])('refuses a module %s', (_, bytes, message) => {
    expect(() => importSharedMemory(Uint8Array.from(bytes))).toThrow(new Error(message));
  });
});
