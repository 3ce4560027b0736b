import type { LossTerms } from '@mmrec/core';
import { add, keep, mul, tidy, zeros, type Scalar } from '@tensorflow/tfjs-core';

/** Running means of loss terms, kept where the tensors are: read once an epoch, not once a batch. */
export interface LossMeans {
  /** Adds a batch's terms; they are not disposed. */
  add(terms: LossTerms, rows: number): void;
  /** Means over the rows added, by term; starts anew. */
  take(): Promise<Record<string, number>>;
  dispose(): void;
}

/** Means weighted by the number of rows of each batch. */
export function createLossMeans(): LossMeans {
  let sums: Record<string, Scalar> = {};
  // By term: the phases of a model have terms of their own.
  let rows: Record<string, number> = {};
  const dispose = () => {
    for (const sum of Object.values(sums)) sum.dispose();
    sums = {};
    rows = {};
  };
  return {
    add: (terms, count) => {
      for (const [name, term] of Object.entries(terms)) {
        const before = sums[name] ?? zeros([]);
        sums[name] = tidy(() => keep(add<Scalar>(before, mul(term, count))));
        before.dispose();
        rows[name] = (rows[name] ?? 0) + count;
      }
    },
    take: async () => {
      const means: Record<string, number> = {};
      for (const [name, sum] of Object.entries(sums))
        means[name] = (await sum.data())[0]! / rows[name]!;
      dispose();
      return means;
    },
    dispose,
  };
}
