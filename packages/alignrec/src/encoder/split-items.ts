import type { Rng } from '@mmrec/core';

/** Items by what they serve for. */
export interface ItemSplit {
  /** The encoder and both vocabularies are learned from these. */
  readonly train: Int32Array;
  /** Watched while training. */
  readonly validation: Int32Array;
  /** Measured once, at the end. */
  readonly test: Int32Array;
}

/** Share of the items that is held out, for each of two purposes. */
const share = 0.1;

/** A tenth of the items to watch, a tenth to measure, the rest to learn from; at least one of each. */
export function splitItems(numItems: number, rng: Rng): ItemSplit {
  if (numItems < 3) {
    throw new RangeError(`splitItems: numItems must be an integer ≥ 3, got ${numItems}.`);
  }
  const order = rng
    .stream('items')
    .shuffle(Int32Array.from({ length: numItems }, (_, item) => item));
  const held = Math.max(1, Math.floor(share * numItems));
  return {
    test: order.slice(0, held).sort(),
    validation: order.slice(held, 2 * held).sort(),
    train: order.slice(2 * held).sort(),
  };
}
