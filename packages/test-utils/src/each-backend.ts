import { backendNames, useBackend, type BackendName } from '@mmrec/ops';
import { getBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

/** `MMREC_BACKENDS`, comma-separated; by default Vitest's setup names every back end of the machine in it. */
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
