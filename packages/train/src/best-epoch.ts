import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

/** Keeps a copy of the variables of the best epoch, and counts the epochs since that were no better. */
export function createBestEpoch<Epoch>(variables: Readonly<Record<string, Variable>>) {
  let best:
    { value: number; epoch: Epoch; values: Record<string, Float32Array | Int32Array> } | undefined;
  let misses = 0;
  return {
    /** Whether this epoch's value is the best so far; a copy of the variables is kept then. */
    offer: (value: number, epoch: Epoch): boolean => {
      if (best && !(value > best.value)) {
        misses++;
        return false;
      }
      const values = Object.entries(variables).map(([name, each]) => {
        return [name, (each.dataSync() as Float32Array | Int32Array).slice()] as const;
      });
      best = { value, epoch, values: Object.fromEntries(values) };
      misses = 0;
      return true;
    },
    /** Evaluations since the best. */
    misses: () => misses,
    /** Puts the best epoch's variables back and returns it; nothing happens when there is none. */
    restore: (): Epoch | undefined => {
      for (const [name, values] of Object.entries(best?.values ?? {})) {
        const { shape, dtype } = variables[name]!;
        tidy(() => {
          variables[name]!.assign(tensor(values, shape, dtype));
        });
      }
      return best?.epoch;
    },
  };
}
