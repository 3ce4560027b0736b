/** Things in groups by a count of theirs. */
export interface CountGroups {
  /** Least and greatest count of each group's members, from the smallest counts to the largest. */
  readonly groups: readonly {
    readonly from: number;
    readonly to: number;
    readonly size: number;
  }[];
  /** Group of each thing, `[things]`. */
  readonly groupOf: Int32Array;
}

/**
 * Divides things by a count of theirs into groups of about equal size: users by the length of their history, held-out
 * interactions by their item's popularity.
 *
 * Equal counts stay together, so that groups may differ in size, and be fewer than asked for.
 *
 * @param counts - A count for each thing.
 * @param numGroups - An integer ≥ 1.
 * @throws {RangeError} If `numGroups` is not a positive integer.
 * @example
 * ```ts
 * const { groups, groupOf } = groupByCount([3, 9, 3, 4, 5, 30], 2);
 * groups // => [{ from: 3, to: 4, size: 3 }, { from: 5, to: 30, size: 3 }]
 * [...groupOf] // => [0, 1, 0, 0, 1, 1]
 * ```
 */
export function groupByCount(counts: ArrayLike<number>, numGroups: number): CountGroups {
  if (!Number.isInteger(numGroups) || numGroups < 1) {
    throw new RangeError(`groupByCount: numGroups must be an integer ≥ 1, got ${numGroups}.`);
  }
  const sorted = Float64Array.from(counts).sort();
  const groups: { from: number; to: number; size: number }[] = [];
  for (let start = 0; start < sorted.length;) {
    // Where this group should end for those that are left to be of equal size; then to the last of equal counts.
    const left = Math.max(1, numGroups - groups.length);
    let end = start + Math.max(1, Math.round((sorted.length - start) / left));
    while (end < sorted.length && sorted[end] === sorted[end - 1]) end++;
    groups.push({ from: sorted[start]!, to: sorted[end - 1]!, size: end - start });
    start = end;
  }
  const groupOf = Int32Array.from(counts, (count) => groups.findIndex(({ to }) => count <= to));
  return { groups, groupOf };
}

/** Mean of the values in each group; NaN where one has none. */
export function groupMeans(
  { groups, groupOf }: CountGroups,
  values: ArrayLike<number>,
): Float64Array {
  const sums = new Float64Array(groups.length);
  groupOf.forEach((group, at) => (sums[group]! += values[at]!));
  return sums.map((sum, group) => sum / groups[group]!.size);
}
