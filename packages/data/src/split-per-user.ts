import type { Rng } from '@mmrec/core';
import { suggestion } from '@mmrec/core';
import { collectSplits, leftOut } from './collect-splits.js';
import type { SplitProtocol, Splits } from './dataset.js';
import { firstOccurrences } from './first-occurrences.js';
import { heldOutLabels, splitStreamName } from './held-out-labels.js';
import type { InteractionColumns } from './interaction-table.js';
import { rowsByUser } from './rows-by-user.js';

/** Options of {@link splitPerUser}. */
export interface SplitPerUserOptions {
  /** Where the odd held-out interaction goes: `mmrec` (default) to test, `lattice` to validation. */
  readonly protocol?: SplitProtocol;
  readonly rng: Rng;
}

const protocols: readonly SplitProtocol[] = ['mmrec', 'lattice'];

/**
 * Holds out a random part of each user's interactions, by one of the two protocols of published
 * tables. Of a user's n interactions, shuffled, h are held out:
 *
 * $$h = 0 \text{ for } n < 3, \quad 2 \text{ for } 3 \le n < 10, \quad \lfloor 0.2\,n \rfloor \text{ otherwise}$$
 *
 * `mmrec` puts ⌊h/2⌋ into validation and the rest into test; `lattice` (LATTICE, MMSSL, DiffMM)
 * puts ⌊h/2⌋ into test and the rest into validation. Repeated pairs count once. A user's split
 * depends on `rng`, on the user's id and on the order of its rows, on no other user.
 *
 * @throws {RangeError} For an unknown protocol.
 * @example
 * ```ts
 * const users = Array.from({ length: 15 }, () => 'ann');
 * const items = users.map((_, n) => `item ${n}`);
 * const table = createInteractionTable({ users, items });
 * const { train, validation, test } = splitPerUser(table, { protocol: 'mmrec', rng: createRng(1) });
 * [train, validation, test].map((split) => split.items.length) // => [12, 1, 2]
 * ```
 */
export function splitPerUser(
  interactions: InteractionColumns,
  { protocol = 'mmrec', rng }: SplitPerUserOptions,
): Splits {
  if (!protocols.includes(protocol)) {
    const rule = "splitPerUser: protocol must be one of 'mmrec', 'lattice'";
    throw new RangeError(`${rule}, got '${protocol}'.${suggestion(protocol, protocols)}`);
  }
  const keep = firstOccurrences(interactions);
  const labels = keep.map((kept) => (kept ? 0 : leftOut));
  const { offsets, rows } = rowsByUser(interactions, keep);
  for (let user = 0; user < interactions.numUsers; user++) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    const ownLabels = heldOutLabels(own.length, {
      protocol,
      stream: () => rng.stream(splitStreamName(interactions.userIds?.ids[user] ?? String(user))),
    });
    for (let at = 0; at < own.length; at++) labels[own[at]!] = ownLabels[at]!;
  }
  return { ...collectSplits(interactions, labels), protocol };
}
