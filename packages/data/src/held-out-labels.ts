import type { RandomStream } from '@mmrec/core';
import type { SplitProtocol } from './dataset.js';

/**
 * Labels of one user's interactions, in their order: 0 training, 1 validation, 2 test.
 *
 * @param count - How many interactions the user has.
 * @param stream - Makes the stream that chooses those held out; asked only if some are.
 */
export function heldOutLabels(
  count: number,
  { protocol, stream }: { readonly protocol: SplitProtocol; stream(): RandomStream },
): Uint8Array {
  const labels = new Uint8Array(count);
  const { validation, test } = heldOutCounts(count, protocol);
  if (test + validation === 0) return labels;
  const order = stream().shuffle(Int32Array.from(labels, (_, at) => at));
  for (let at = 0; at < validation + test; at++) labels[order[at]!] = at < validation ? 1 : 2;
  return labels;
}

/** Name of the random stream of one user's split. */
export function splitStreamName(userId: string): string {
  return `split/${userId}`;
}

/** How many of a user's n interactions a protocol holds out for validation and for test. */
function heldOutCounts(
  n: number,
  protocol: SplitProtocol,
): { readonly validation: number; readonly test: number } {
  const heldOut = numHeldOut(n);
  const half = Math.floor(heldOut / 2);
  return protocol === 'mmrec'
    ? { validation: half, test: heldOut - half }
    : { validation: heldOut - half, test: half };
}

function numHeldOut(n: number): number {
  if (n < 3) return 0;
  // n / 5 is exact where 0.2 n is not: 0.2 · 15 must be 3.
  return n < 10 ? 2 : Math.floor(n / 5);
}
