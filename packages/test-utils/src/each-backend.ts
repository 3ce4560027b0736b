import { backendNames, useBackend, type BackendName } from '@mmrec/ops';
import { getBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

/** Back ends that the tests run on: `MMREC_BACKENDS` (comma-separated), else `wasm` and `cpu`. */
const wanted = (process.env['MMREC_BACKENDS'] ?? 'wasm,cpu').split(',') as BackendName[];

/**
 * Runs a block of tests once for each back end.
 *
 * @param define - Defines the tests; gets the back end's name.
 */
export function eachBackend(define: (backend: BackendName) => void): void {
  for (const name of wanted) {
    if (!backendNames.includes(name)) throw new Error(`eachBackend: unknown back end '${name}'.`);
    describe(`on ${name}`, () => {
      beforeAll(async () => {
        await useBackend(name);
        if (getBackend() !== name) throw new Error(`eachBackend: '${name}' is not in use.`);
      });
      define(name);
    });
  }
}
