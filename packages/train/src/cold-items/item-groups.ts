import type { FeatureMatrix, Interactions } from '@mmrec/core';

/** Items by name of their group. A type, so that it can be made of literals. */
export type ItemGroups = Readonly<Record<string, Int32Array>>;

/** Training interactions up to which an item counts as cold, by default. */
const defaultColdUpTo = 5;

/**
 * Items by how much is known of them: `new` without training interactions, `cold` with a few, `warm` with more; and,
 * where items lack features, those that have and that lack each modality. Groups without items are left out.
 *
 * @param train - Training interactions.
 * @param features - Item features by modality.
 * @param coldUpTo - Most training interactions of a `cold` item, ≥ 1; default 5.
 * @throws {RangeError} If `coldUpTo` is not an integer ≥ 1.
 * @see Kim et al., Disentangling and generating modalities for recommendation in missing modality scenarios (DGMRec),
 *   SIGIR 2025. https://arxiv.org/abs/2504.16352
 * @example
 * ```ts
 * const train = { numUsers: 2, numItems: 3, users: Int32Array.of(0, 0, 1), items: Int32Array.of(0, 1, 1) };
 * const visual = { rows: 3, columns: 1, data: new Float32Array(3), missing: Uint8Array.of(0, 1, 0) };
 * const groups = itemGroups(train, { visual }, 1);
 * Object.entries(groups).map(([name, items]) => `${name}: ${items.join(' ')}`)
 * // => ['new: 2', 'cold: 0', 'warm: 1', 'with visual: 0 2', 'without visual: 1']
 * ```
 */
export function itemGroups(
  train: Interactions,
  features: Readonly<Record<string, FeatureMatrix>> = {},
  coldUpTo = defaultColdUpTo,
): ItemGroups {
  if (!Number.isInteger(coldUpTo) || coldUpTo < 1) {
    throw new RangeError(`itemGroups: coldUpTo must be an integer ≥ 1, got ${coldUpTo}.`);
  }
  const degrees = new Int32Array(train.numItems);
  for (const item of train.items) degrees[item]!++;
  const all = Int32Array.from({ length: train.numItems }, (_, item) => item);
  const byDegree: [string, (degree: number) => boolean][] = [
    ['new', (degree) => degree === 0],
    ['cold', (degree) => degree > 0 && degree <= coldUpTo],
    ['warm', (degree) => degree > coldUpTo],
  ];
  const groups = byDegree.map(
    ([name, belongs]) => [name, all.filter((item) => belongs(degrees[item]!))] as const,
  );
  const byModality = Object.entries(features).flatMap(([name, { missing }]) =>
    missing?.includes(1)
      ? ([
          [`with ${name}`, all.filter((item) => !missing[item])],
          [`without ${name}`, all.filter((item) => missing[item])],
        ] as const)
      : [],
  );
  return Object.fromEntries([...groups, ...byModality].filter(([, items]) => items.length > 0));
}
