import { defineOptions } from '@mmrec/core';

/** Options of the InfoNCE losses. */
export interface InfoNceOptions {
  /** What cosines are divided by, > 0: the lower, the more the nearest candidates count. */
  temperature: number;
  /** Candidates compared at a time: a matrix of `batch × blockSize` numbers is in memory. */
  blockSize: number;
}

/** Rules of {@link InfoNceOptions}. */
export const infoNceOptions = defineOptions<InfoNceOptions>({
  temperature: {
    kind: 'number',
    default: 0.2,
    above: 0,
    description: 'What cosines are divided by.',
  },
  blockSize: {
    kind: 'integer',
    default: 2048,
    min: 1,
    description: 'Candidates compared at a time.',
  },
});

/** Options of the InfoNCE losses that are not given. */
export const infoNceDefaults: Readonly<InfoNceOptions> = infoNceOptions.defaults;
