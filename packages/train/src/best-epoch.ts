import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

/** Numbers of variables by name. */
export type Values = Readonly<Record<string, Float32Array | Int32Array>>;

/** What {@link createBestEpoch} keeps, to be saved and taken up again. */
export interface SavedBest<Epoch> {
  readonly value: number;
  readonly epoch: Epoch;
  /** Evaluations since that were no better. */
  readonly misses: number;
  /** The variables at the end of that epoch. */
  readonly values: Values;
}

/** Keeps a copy of the variables of the best epoch, and counts the epochs since that were no better. */
export interface BestEpoch<Epoch> {
  /** Whether this epoch's value is the best so far; a copy of the variables is kept then. */
  offer(value: number, epoch: Epoch): boolean;
  /** Evaluations since the best. */
  misses(): number;
  /** Puts the best epoch's variables back and returns it; nothing happens when there is none. */
  restore(): Epoch | undefined;
  /** What is kept; undefined when no epoch was offered. The values are not copied. */
  saved(): SavedBest<Epoch> | undefined;
  /** Goes on from what was saved. */
  resume(saved: SavedBest<Epoch>): void;
}

export function createBestEpoch<Epoch>(
  variables: Readonly<Record<string, Variable>>,
): BestEpoch<Epoch> {
  let best: Omit<SavedBest<Epoch>, 'misses'> | undefined;
  let misses = 0;
  return {
    offer: (value, epoch) => {
      if (best && !(value > best.value)) {
        misses++;
        return false;
      }
      best = { value, epoch, values: valuesOf(variables) };
      misses = 0;
      return true;
    },
    misses: () => misses,
    restore: () => {
      if (best) assignValues(variables, best.values);
      return best?.epoch;
    },
    saved: () => best && { ...best, misses },
    resume: ({ misses: count, ...saved }) => {
      best = saved;
      misses = count;
    },
  };
}

/** A copy of the variables' numbers. */
export function valuesOf(variables: Readonly<Record<string, Variable>>): Values {
  return Object.fromEntries(
    Object.entries(variables).map(([name, each]) => [
      name,
      (each.dataSync() as Float32Array | Int32Array).slice(),
    ]),
  );
}

/** Gives variables the numbers of their names; the variables may take the arrays as their own. */
export function assignValues(variables: Readonly<Record<string, Variable>>, values: Values): void {
  for (const [name, numbers] of Object.entries(values)) {
    const { shape, dtype } = variables[name]!;
    tidy(() => {
      variables[name]!.assign(tensor(numbers, shape, dtype));
    });
  }
}
