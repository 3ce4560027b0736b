import type { FeatureMatrix, Interactions } from '@mmrec/core';

/** @throws {RangeError} If features don't have a row an item. */
export function checkFeatureRows(
  where: string,
  { rows }: FeatureMatrix,
  { numItems }: Interactions,
): void {
  if (rows === numItems) return;
  throw new RangeError(`${where}: features must have ${numItems} rows, one an item, got ${rows}.`);
}
