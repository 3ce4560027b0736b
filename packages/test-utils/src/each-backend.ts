import { backendNames, useBackend, type BackendName } from '@mmrec/ops';
import { getBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

/** `MMREC_BACKENDS`, comma-separated; by default Vitest's setup names every back end of the machine in it. */
const wanted = (process.env['MMREC_BACKENDS'] ?? 'wasm,cpu').split(',') as BackendName[];

/**
 * Runs a block of tests once for each back end; `tensorflow` twice, with the project's kernels and without, as
 * on a GPU.
 *
 * @param define - Defines the tests; gets the back end's name.
 */
export function eachBackend(define: (backend: BackendName) => void): void {
  for (const name of wanted) {
    if (!backendNames.includes(name)) throw new Error(`eachBackend: unknown back end '${name}'.`);
    for (const kernels of name === 'tensorflow' ? (['auto', 'native'] as const) : [undefined]) {
      describe(`on ${name}${kernels === 'native' ? ' with its own operations' : ''}`, () => {
        beforeAll(async () => {
          await useBackend(name, { kernels });
          if (getBackend() !== name) throw new Error(`eachBackend: '${name}' is not in use.`);
        });
        define(name);
      });
    }
  }
}
