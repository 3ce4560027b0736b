import { checkIndices, defineOptions, type CsrMatrix, type Interactions } from '@mmrec/core';
import { csrFromCoordinates } from './csr-from-coordinates.js';
import { normalizeSymmetric } from './normalize-symmetric.js';
import { transpose } from './transpose.js';

/**
 * The bipartite graph of users and items, as the two non-zero blocks of its symmetrically
 * normalised adjacency matrix. The blocks are each other's transpose.
 */
export interface InteractionGraph {
  readonly numUsers: number;
  readonly numItems: number;
  /** `[numUsers, numItems]`, values `1 / √(d_u d_i)`. */
  readonly userItem: CsrMatrix;
  /** `[numItems, numUsers]`, the transpose of `userItem`. */
  readonly itemUser: CsrMatrix;
}

/** Options of {@link createInteractionGraph}. */
export interface InteractionGraphOptions {
  /** Added to each degree, ≥ 0; default 0. Published codes use 1e-7. */
  readonly epsilon: number;
}

const options = defineOptions<InteractionGraphOptions>({
  epsilon: { kind: 'number', default: 0, min: 0, description: 'Added to each degree.' },
});

/**
 * Normalised user–item graph of interactions, in time linear in users, items and interactions.
 *
 * $$\hat A_{ui} = \frac{1}{\sqrt{(d_u + \epsilon)(d_i + \epsilon)}}$$
 *
 * with $d_u$ the number of different items of user $u$, and $d_i$ that of different users of item
 * $i$: repeated interactions count once. Users and items without interactions have empty rows.
 *
 * @param interactions - Training interactions only; not changed.
 * @throws {RangeError} If a user or item index is out of range, or the two columns differ in length.
 * @see He et al., LightGCN, SIGIR 2020, eq. 8. https://arxiv.org/abs/2002.02126
 * @example
 * ```ts
 * const graph = createInteractionGraph({
 *   numUsers: 2, numItems: 3, users: Int32Array.of(0, 0, 1), items: Int32Array.of(0, 2, 2),
 * });
 * [...toDense(graph.userItem)] // => [0.7071, 0, 0.5, 0, 0, 0.7071]
 * ```
 */
export function createInteractionGraph(
  interactions: Interactions,
  given: Partial<InteractionGraphOptions> = {},
): InteractionGraph {
  const where = 'createInteractionGraph';
  const { epsilon } = options.resolve(where, given);
  const { numUsers, numItems, users, items } = interactions;
  if (users.length !== items.length) {
    const got = `users [${users.length}], items [${items.length}]`;
    throw new RangeError(`${where}: lengths must match, got ${got}.`);
  }
  checkIndices(where, { users }, numUsers);
  checkIndices(where, { items }, numItems);
  const adjacency = csrFromCoordinates(
    { rows: numUsers, columns: numItems, rowIndices: users, columnIndices: items },
    { duplicates: 'once' },
  );
  const userItem = normalizeSymmetric(adjacency, { epsilon });
  return { numUsers, numItems, userItem, itemUser: transpose(userItem) };
}
