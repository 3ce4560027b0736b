import type { PublishedDataset } from '@mmrec/core';
import type { Dataset } from '@mmrec/data';

const number = (value: number) => value.toLocaleString('en');

/** What differs between a dataset and the published one, in words; empty when it is the same by its counts. */
export function countDifferences(
  { train, validation, test }: Dataset,
  expected: PublishedDataset,
): readonly string[] {
  const interactions = train.users.length + validation.users.length + test.users.length;
  const counts: readonly (readonly [string, number | undefined, number])[] = [
    ['users', expected.users, train.numUsers],
    ['items', expected.items, train.numItems],
    ['interactions', expected.interactions, interactions],
  ];
  return counts.flatMap(([what, wanted, found]) =>
    wanted === undefined || wanted === found
      ? []
      : [`${number(found)} ${what} instead of ${number(wanted)}`],
  );
}

/**
 * The protocol that divided a dataset, as far as the sizes of its splits tell: undefined where the
 * sizes are not known or fit none.
 */
export function splitProtocol(
  { train, validation, test }: Dataset,
  { splits = {} }: PublishedDataset,
): 'mmrec' | 'lattice' | undefined {
  return (['mmrec', 'lattice'] as const).find((protocol) => {
    const sizes = splits[protocol];
    return (
      sizes?.train === train.users.length &&
      sizes.validation === validation.users.length &&
      sizes.test === test.users.length
    );
  });
}
