import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

/** Keeps a copy of the parameters of the best epoch, and counts those since that were no better. */
export function createBestEpoch<Epoch>(parameters: Readonly<Record<string, Variable>>) {
  let best: { value: number; epoch: Epoch; values: Record<string, Float32Array> } | undefined;
  let misses = 0;
  return {
    /** Whether this epoch's value is the best so far; a copy of the parameters is kept then. */
    offer: (value: number, epoch: Epoch): boolean => {
      if (best && !(value > best.value)) {
        misses++;
        return false;
      }
      const values = Object.entries(parameters).map(([name, parameter]) => {
        return [name, (parameter.dataSync() as Float32Array).slice()] as const;
      });
      best = { value, epoch, values: Object.fromEntries(values) };
      misses = 0;
      return true;
    },
    /** Evaluations since the best. */
    misses: () => misses,
    /** Puts the best epoch's parameters back and returns it; nothing happens when there is none. */
    restore: (): Epoch | undefined => {
      for (const [name, values] of Object.entries(best?.values ?? {})) {
        const parameter = parameters[name]!;
        tidy(() => parameter.assign(tensor(values, parameter.shape)));
      }
      return best?.epoch;
    },
  };
}
